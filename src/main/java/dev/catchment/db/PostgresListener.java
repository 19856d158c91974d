package dev.catchment.db;

import dev.catchment.observe.Log;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Hears the commits of the other nodes through LISTEN, on a connection of its own. After a lost
 * connection it dials again for ever and then tells everyone to look for themselves, because
 * notices sent meanwhile are gone.
 */
final class PostgresListener implements AutoCloseable {
  private static final long BACKOFF_MILLIS_MIN = 100;
  private static final long BACKOFF_MILLIS_MAX = 5_000;
  private static final Log LOG = Log.of("db.listener");

  /** Opens a connection outside any pool. */
  @FunctionalInterface
  interface Dial {
    Connection open() throws SQLException;
  }

  private final Dial dial;
  private final String node;
  private final Notices notices;
  private final CountDownLatch listening = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable Connection connection;

  PostgresListener(Dial dial, String node, Notices notices) {
    this.dial = dial;
    this.node = node;
    this.notices = notices;
    Thread.ofPlatform().name("catchment-listener").daemon(true).start(this::loop);
  }

  /** Waits until it hears for the first time, at most that long; it goes on trying after that. */
  void awaitListening(long millis) {
    try {
      if (!listening.await(millis, TimeUnit.MILLISECONDS)) {
        LOG.warn("listener.late", "waited_ms", millis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static String payload(String node, Channel channel, String subject) {
    return node + ":" + channel + ":" + subject;
  }

  private void loop() {
    long backoffMillis = BACKOFF_MILLIS_MIN;
    while (closed.getCount() > 0) {
      try (Connection open = dial.open()) {
        connection = open;
        try (Statement statement = open.createStatement()) {
          statement.execute("LISTEN catchment");
        }
        backoffMillis = BACKOFF_MILLIS_MIN;
        notices.fireAll();
        listening.countDown();
        hear(open.unwrap(PGConnection.class));
      } catch (SQLException e) {
        if (closed.getCount() > 0) {
          LOG.warn("listener.lost", "reason", e.getMessage(), "retry_ms", backoffMillis);
        }
      }
      try {
        if (closed.await(backoffMillis, TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        return;
      }
      backoffMillis = Math.min(BACKOFF_MILLIS_MAX, backoffMillis * 2);
    }
  }

  private void hear(PGConnection open) throws SQLException {
    while (closed.getCount() > 0) {
      PGNotification[] heard = open.getNotifications(0);
      if (heard != null) {
        for (PGNotification notification : heard) {
          tell(notification.getParameter());
        }
      }
    }
  }

  private void tell(String payload) {
    String[] parts = payload.split(":", 3);
    if (parts.length == 3 && !parts[0].equals(node)) {
      for (Channel channel : Channel.values()) {
        // A newer node may use a channel this one does not know.
        if (channel.name().equals(parts[1])) {
          notices.fire(channel, parts[2]);
        }
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
    Connection open = connection;
    if (open != null) {
      try {
        // Ends the blocking read of the loop's thread.
        open.abort(Runnable::run);
      } catch (SQLException e) {
        LOG.info("listener.close", "reason", e.getMessage());
      }
    }
  }
}
