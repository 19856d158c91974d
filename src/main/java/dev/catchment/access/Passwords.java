package dev.catchment.access;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import dev.catchment.base.Failure;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Password hashes: Argon2id (RFC 9106) with OWASP's minimum of 19 MiB, two passes and one lane, as
 * {@code $argon2id$v=19$m=19456,t=2,p=1$salt$hash}.
 *
 * <p>At most two are worked on at once, on threads of their own: a flood of sign-ins costs neither
 * the memory nor the virtual threads' carriers that the rest of the server lives on.
 */
final class Passwords {
  private static final int MEMORY_KIB = 19_456;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int HASH_BYTES = 32;
  private static final int SALT_BYTES = 16;
  private static final int AT_ONCE_MAX = 2;
  private static final int WAITING_MAX = 64;

  /** A hash that no known password has, at the price of a real one. */
  static final String NOBODY =
      "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA"
          + "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

  private final RandomGenerator random;
  private final ThreadPoolExecutor threads;

  Passwords(RandomGenerator random) {
    this.random = random;
    this.threads =
        new ThreadPoolExecutor(
            AT_ONCE_MAX,
            AT_ONCE_MAX,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().name("catchment-passwords").daemon(true).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  String hash(String password) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return run(() ->
        Argon2Function.getInstance(MEMORY_KIB, PASSES, LANES, HASH_BYTES, Argon2.ID)
            .hash(password.getBytes(StandardCharsets.UTF_8), salt)
            .getResult());
  }

  boolean matches(String password, String hash) {
    return run(() -> Argon2Function.getInstanceFromHash(hash).check(password, hash));
  }

  /** Takes as long as {@link #matches} and matches nothing. */
  void matchNobody(String password) {
    matches(password, NOBODY);
  }

  private <T> T run(Callable<T> work) {
    try {
      Future<T> future = threads.submit(work);
      return future.get();
    } catch (RejectedExecutionException e) {
      throw Failure.unavailable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.unavailable(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("Hashing a password failed", e);
    }
  }
}
