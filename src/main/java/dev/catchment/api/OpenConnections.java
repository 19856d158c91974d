package dev.catchment.api;

import dev.catchment.access.Caller;
import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.http.Outlet;
import dev.catchment.http.Request;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Connections that stay open, with what let them in. They are judged again when a credential
 * changes and when their own comes to its end, so that a revoked key and a session that is over
 * hear nothing more. Safe for use by several threads.
 */
public final class OpenConnections {
  private static final int NO_LONGER_ALLOWED = 1_008;
  private static final long NEVER = Long.MAX_VALUE;

  /** When it is asked again about somebody of whom the store could not tell. */
  private static final long AGAIN_MILLIS = 1_000;

  private final InstantSource clock;
  private final Set<Entry> open = ConcurrentHashMap.newKeySet();

  /** How often a credential was said to have changed. */
  private final AtomicInteger changes = new AtomicInteger();

  private volatile Runnable wake = () -> {};

  /** None so far. */
  public OpenConnections(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Judges them whenever a credential changes. To be called once what remembers credentials listens
   * itself: it must have forgotten them before anybody is judged.
   */
  public void follow(Database database) {
    database.listen(Channel.ACCESS, any -> changed());
  }

  /** What to call when somebody is to be judged earlier than {@link #judgeDue} said. */
  public void wakes(Runnable loop) {
    wake = loop;
  }

  /** One of them. */
  final class Entry implements Connected {
    private final Gate gate;
    private final Request request;
    private final String segment;
    private final Caller caller;
    private volatile @Nullable Outlet outlet;

    /** When it is to be judged, milliseconds since 1970. */
    private volatile long due;

    private Entry(Gate gate, Request request, String segment) {
      this.gate = gate;
      this.request = request;
      this.segment = segment;
      this.caller = checked(gate.opening(request));
      this.due = caller.via().endsAt();
    }

    private Caller checked(Caller found) {
      found.require(segment, false);
      return found;
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
      // Its credential may have changed since the request was let in.
      judge();
      if (due != NEVER) {
        wake.run();
      }
    }

    @Override
    public void closed() {
      open.remove(this);
    }

    private void judge() {
      Outlet out = outlet;
      if (out == null) {
        return;
      }
      int before = changes.get();
      judge(out);
      if (changes.get() != before) {
        // What was just read may be what was changed meanwhile.
        due = 0;
        wake.run();
      }
    }

    private void judge(Outlet out) {
      try {
        Caller now = checked(gate.openedBy(request));
        if (now.scope().equals(caller.scope())) {
          due = now.via().endsAt();
        } else {
          close(out);
        }
      } catch (Failure e) {
        if (e.code() == Failure.Code.UNAVAILABLE) {
          due = clock.millis() + AGAIN_MILLIS;
        } else {
          close(out);
        }
      }
    }

    private void close(Outlet out) {
      due = NEVER;
      out.close(NO_LONGER_ALLOWED, "Unauthorized");
    }
  }

  /**
   * Lets a request in; throws as {@link Gate#opening}.
   *
   * @param segment what the caller must be allowed to read
   */
  Entry admit(Gate gate, Request request, String segment) {
    return new Entry(gate, request, segment);
  }

  private void changed() {
    // Before the entries are told: one that is being judged now tells itself.
    changes.incrementAndGet();
    open.forEach(entry -> entry.due = 0);
    if (!open.isEmpty()) {
      wake.run();
    }
  }

  /**
   * Judges those whose time has come.
   *
   * @return when it is to be called again, milliseconds since 1970; empty for not before it is
   *     asked for
   */
  public OptionalLong judgeDue() {
    long now = clock.millis();
    long next = NEVER;
    for (Entry entry : open) {
      if (entry.due <= now) {
        entry.judge();
      }
      next = Math.min(next, entry.due);
    }
    return next == NEVER ? OptionalLong.empty() : OptionalLong.of(next);
  }
}
