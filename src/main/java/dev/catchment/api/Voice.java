package dev.catchment.api;

import dev.catchment.http.Outlet;
import dev.catchment.json.Json;
import dev.catchment.live.Subscriber;
import dev.catchment.live.Told;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells one connection what it subscribed to, after the answer to its subscription. Safe for use by
 * several threads.
 */
final class Voice implements Subscriber {
  /** How much may come while a subscription is being made. */
  private static final int HELD_MAX = 1_000;

  private static final int TRY_LATER = 1_013;

  private final Outlet outlet;
  private @Nullable List<Told> held;

  Voice(Outlet outlet) {
    this.outlet = outlet;
  }

  /** From now on nothing is told until the next answer. */
  synchronized void hold() {
    if (held == null) {
      held = new ArrayList<>();
    }
  }

  /** Sends an answer, and then what was held back. */
  synchronized void answer(@Nullable String id, String type, Json message) {
    outlet.send(id, type, message.bytes());
    List<Told> waiting = held;
    held = null;
    if (waiting != null) {
      waiting.forEach(this::send);
    }
  }

  @Override
  public synchronized void told(Told told) {
    if (held == null) {
      send(told);
    } else if (held.size() < HELD_MAX) {
      held.add(told);
    } else {
      outlet.close(TRY_LATER, "Too many unread messages");
    }
  }

  private void send(Told told) {
    outlet.send(
        told.position() == 0 ? null : Long.toString(told.position()), told.type(), told.json());
  }
}
