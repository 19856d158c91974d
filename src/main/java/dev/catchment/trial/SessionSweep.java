package dev.catchment.trial;

import dev.catchment.db.Tx;
import dev.catchment.log.OldEvents;
import java.util.ArrayList;
import java.util.List;

/** Removes test sessions that are over with their events, in slices that are one transaction. */
public final class SessionSweep {
  /** Events that one slice removes. */
  static final int EVENTS_MAX = 300;

  /** Bytes of bodies that one slice removes, unless a single event has more. */
  static final long BYTES_MAX = 4L << 20;

  private SessionSweep() {}

  /**
   * Removes a slice of a session that is over: events, or the session once it has none.
   *
   * @return whether there is more to remove
   */
  public static boolean slice(Tx tx, String id) {
    // Nobody owns them and no reader of the log acts on them, so none need be waited for.
    List<Long> gone = new ArrayList<>();
    long bytes = 0;
    for (OldEvents.OldEvent event :
        OldEvents.ofEnvironment(tx, TestSessions.scope(id).envId(), "", "g", EVENTS_MAX)) {
      bytes += event.payloadSize();
      if (!gone.isEmpty() && bytes > BYTES_MAX) {
        break;
      }
      gone.add(event.position());
    }
    if (gone.isEmpty()) {
      TestSessions.delete(tx, id);
      OldEvents.forgetSource(tx, id);
      return false;
    }
    OldEvents.delete(tx, gone);
    return true;
  }
}
