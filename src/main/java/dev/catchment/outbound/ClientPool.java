package dev.catchment.outbound;

import dev.catchment.delivery.Outgoing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/**
 * One client for ordinary TLS and one for each other setting, since connections must not be shared
 * between them. Those that were used longest ago are closed when there are too many, once nobody
 * uses them.
 */
final class ClientPool implements AutoCloseable {
  /** How many settings of TLS have a client at once while nobody uses them. */
  private static final int SPECIAL_MAX = 64;

  private final Function<Outgoing.@Nullable Tls, CloseableHttpClient> make;
  private final CloseableHttpClient ordinary;
  private final Map<Outgoing.Tls, Special> special = new LinkedHashMap<>(16, 0.75f, true);
  private boolean closed;

  /**
   * @param make throws {@link PemFault} for a setting that cannot be used
   */
  ClientPool(Function<Outgoing.@Nullable Tls, CloseableHttpClient> make) {
    this.make = make;
    this.ordinary = make.apply(null);
  }

  private static final class Special {
    final CloseableHttpClient client;
    int users;

    Special(CloseableHttpClient client) {
      this.client = client;
    }
  }

  /** A client that stays open until it is given back. */
  interface Lent extends AutoCloseable {
    CloseableHttpClient client();

    @Override
    void close();
  }

  /** Throws {@link PemFault} for a setting that cannot be used. */
  Lent lend(Outgoing.@Nullable Tls tls) {
    if (tls == null) {
      return new Lending(ordinary, () -> {});
    }
    Special lent;
    synchronized (this) {
      lent = special.computeIfAbsent(tls, setting -> new Special(make.apply(setting)));
      lent.users++;
    }
    return new Lending(lent.client, () -> giveBack(lent));
  }

  private record Lending(CloseableHttpClient client, Runnable back) implements Lent {
    @Override
    public void close() {
      back.run();
    }
  }

  private void giveBack(Special lent) {
    List<Special> unused = new ArrayList<>();
    synchronized (this) {
      lent.users--;
      var eldest = special.values().iterator();
      while (!closed && special.size() > SPECIAL_MAX && eldest.hasNext()) {
        Special next = eldest.next();
        if (next.users == 0) {
          eldest.remove();
          unused.add(next);
        }
      }
    }
    // Closing connections may block, so not under the lock.
    unused.forEach(one -> one.client.close(CloseMode.GRACEFUL));
  }

  /** How many clients there are beside the ordinary one. */
  synchronized int specialCount() {
    return special.size();
  }

  /** Breaks off what is under way. */
  @Override
  public void close() {
    List<Special> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(special.values());
    }
    ordinary.close(CloseMode.IMMEDIATE);
    all.forEach(one -> one.client.close(CloseMode.IMMEDIATE));
  }
}
