package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.http.Outlet;
import dev.catchment.observe.Log;
import dev.catchment.trial.TestSessions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who follows a test session. Nobody shows a credential, so there are bounds, and a connection ends
 * with its session: when it is claimed or deleted, or can be read no more. Safe for use by several
 * threads.
 */
final class TestSockets {
  /** Connections that follow one session. */
  static final int OF_SESSION_MAX = 20;

  /** Connections that follow any session of this node. */
  static final int ALL_MAX = 2_000;

  private static final long RETRY_SECONDS = 60;
  private static final int NORMAL = 1_000;
  private static final Log LOG = Log.of("api.testsockets");

  private final Database database;
  private final TestSessions sessions;
  private final Map<String, Map<Entry, Outlet>> bySession = new HashMap<>();
  private int all;

  TestSockets(Database database, TestSessions sessions) {
    this.database = database;
    this.sessions = sessions;
    database.listen(Channel.SOURCES, this::changed);
  }

  /** One of them. */
  final class Entry implements Connected {
    private final String id;

    private Entry(String id) {
      this.id = id;
    }

    @Override
    public Scope scope() {
      return TestSessions.scope(id);
    }

    @Override
    public void opened(Outlet opened) {
      if (!add(this, opened)) {
        opened.close(NORMAL, "Too many connections");
      } else if (!isReadable(id)) {
        // It has ended since the request was let in.
        opened.close(NORMAL, "The session has ended");
      }
    }

    @Override
    public void closed() {
      remove(this);
    }
  }

  /**
   * Lets somebody follow a session.
   *
   * @throws Failure {@code NOT_FOUND}, or {@code RATE_LIMITED} while there are too many
   */
  Entry admit(String id) {
    if (!isReadable(id)) {
      throw Failure.notFound("Session");
    }
    if (!hasRoom(id)) {
      throw Failure.tooFast("Rate limit exceeded", RETRY_SECONDS);
    }
    return new Entry(id);
  }

  private boolean isReadable(String id) {
    return database.read(tx -> sessions.find(tx, id)).isPresent();
  }

  private synchronized boolean hasRoom(String id) {
    return all < ALL_MAX && bySession.getOrDefault(id, Map.of()).size() < OF_SESSION_MAX;
  }

  private synchronized boolean add(Entry entry, Outlet outlet) {
    if (!hasRoom(entry.id)) {
      return false;
    }
    bySession.computeIfAbsent(entry.id, any -> new HashMap<>()).put(entry, outlet);
    all++;
    return true;
  }

  private synchronized void remove(Entry entry) {
    Map<Entry, Outlet> own = bySession.get(entry.id);
    if (own != null && own.remove(entry) != null) {
      all--;
      if (own.isEmpty()) {
        bySession.remove(entry.id);
      }
    }
  }

  /** A source may have been claimed or removed; without a name any of them. */
  private void changed(String sourceId) {
    for (String id : followed(sourceId)) {
      Thread.ofVirtual().name("catchment-test-sockets").start(() -> judge(id));
    }
  }

  private synchronized List<String> followed(String sourceId) {
    return bySession.keySet().stream()
        .filter(id -> sourceId.isEmpty() || id.equals(sourceId))
        .toList();
  }

  private void judge(String id) {
    try {
      if (!isReadable(id)) {
        outlets(id).forEach(outlet -> outlet.close(NORMAL, "The session has ended"));
      }
    } catch (Failure e) {
      // The store is away. What is over is told nothing, and its removal is heard later.
      LOG.info("session.unread", "session", id, "reason", e.sentence());
    }
  }

  private synchronized List<Outlet> outlets(String id) {
    return List.copyOf(bySession.getOrDefault(id, Map.of()).values());
  }
}
