package dev.catchment.access;

import dev.catchment.base.Secret;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The setting {@code auth.secret_key}, or the key this server keeps in its data folder when the
 * setting is empty.
 *
 * <p>Nodes that share a PostgreSQL store must share the key too, so there the setting must be given
 * to each: a node with a key of its own refuses the sessions, and cannot read the secrets, of the
 * others.
 */
public final class SecretKeyFile {
  private static final String NAME = "secret.key";
  private static final Pattern WHOLE = Pattern.compile("[0-9a-f]{64}");

  private final Path dataDir;
  private final RandomGenerator random;

  /** A key in that folder, made from {@code random}, which must be cryptographically strong. */
  public SecretKeyFile(Path dataDir, RandomGenerator random) {
    this.dataDir = dataDir;
    this.random = random;
  }

  /**
   * The configured key, or else the one in the file, made now when there is none: 64 hex digits of
   * 32 random bytes.
   *
   * @throws IllegalStateException when the file does not hold such a key, for making another would
   *     lose every secret encrypted under the first
   */
  public Secret keyOr(Secret configured) {
    if (!configured.reveal().isEmpty()) {
      return configured;
    }
    Path path = dataDir.resolve(NAME);
    String text = new OwnerOnlyFile(path).readOrWrite(Hashes.randomHex(random) + "\n").strip();
    if (!WHOLE.matcher(text).matches()) {
      throw new IllegalStateException(path + " does not hold 64 hex digits");
    }
    return new Secret(text);
  }
}
