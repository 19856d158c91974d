package dev.catchment.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Asks the guard for the addresses of a new connection, on platform threads: a look-up blocks in
 * native code, where it would hold one of the few carriers of all virtual threads and could not be
 * given up.
 */
final class LookUps implements DnsResolver, AutoCloseable {
  private static final int IDLE_SECONDS_MAX = 10;

  private final AddressGuard guard;
  private final ThreadPoolExecutor threads;

  LookUps(AddressGuard guard, HttpSenderSettings settings) {
    this.guard = guard;
    this.threads =
        new ThreadPoolExecutor(
            settings.lookUpsMax(),
            settings.lookUpsMax(),
            IDLE_SECONDS_MAX,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(settings.callsMax()),
            Thread.ofPlatform().daemon().name("outbound-look-up-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    try {
      return Call.CURRENT
          .get()
          .await(threads.submit(() -> guard.resolve(host)))
          .toArray(InetAddress[]::new);
    } catch (RejectedExecutionException e) {
      throw new UnknownHostException("Too many look-ups are under way");
    }
  }

  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
