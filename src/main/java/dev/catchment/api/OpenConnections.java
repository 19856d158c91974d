package dev.catchment.api;

import dev.catchment.access.Caller;
import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.http.Outlet;
import dev.catchment.http.Request;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Connections that stay open, with what let them in: when a credential changes they are judged
 * again, so that a revoked key hears nothing more. Safe for use by several threads.
 */
final class OpenConnections {
  private static final int NO_LONGER_ALLOWED = 1_008;

  private final Gate gate;
  private final String segment;
  private final Set<Entry> open = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean due = new AtomicBoolean();
  private final AtomicBoolean judging = new AtomicBoolean();

  /**
   * @param segment what the callers must be allowed to read
   */
  OpenConnections(Database database, Gate gate, String segment) {
    this.gate = gate;
    this.segment = segment;
    database.listen(Channel.ACCESS, any -> changed());
  }

  /** One of them. */
  final class Entry implements Connected {
    private final Request request;
    private final Caller caller;
    private volatile @Nullable Outlet outlet;

    private Entry(Request request, Caller caller) {
      this.request = request;
      this.caller = caller;
    }

    Caller caller() {
      return caller;
    }

    @Override
    public Scope scope() {
      return caller.scope();
    }

    @Override
    public void opened(Outlet opened) {
      outlet = opened;
      open.add(this);
      // It may have changed since the request was let in.
      judge();
    }

    @Override
    public void closed() {
      open.remove(this);
    }

    private void judge() {
      Outlet out = outlet;
      if (out != null && !isAllowed()) {
        out.close(NO_LONGER_ALLOWED, "Unauthorized");
      }
    }

    private boolean isAllowed() {
      try {
        return let(request).scope().equals(caller.scope());
      } catch (Failure e) {
        return e.code() == Failure.Code.UNAVAILABLE;
      }
    }
  }

  /** Lets a request in; throws as {@link Gate#opening}. */
  Entry admit(Request request) {
    return new Entry(request, let(request));
  }

  private Caller let(Request request) {
    Caller caller = gate.opening(request);
    caller.require(segment, false);
    return caller;
  }

  private void changed() {
    due.set(true);
    if (!open.isEmpty() && judging.compareAndSet(false, true)) {
      Thread.ofVirtual().name("catchment-connections").start(this::judgeAll);
    }
  }

  private void judgeAll() {
    while (due.getAndSet(false)) {
      open.forEach(Entry::judge);
    }
    judging.set(false);
    if (due.get()) {
      changed();
    }
  }
}
