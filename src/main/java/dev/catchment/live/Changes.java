package dev.catchment.live;

import dev.catchment.db.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Changes that were heard of and are to be told: looked up, worded, told. */
final class Changes {
  /** Marks in one notice. */
  static final int MARKS_MAX = 150;

  /** Notices that may wait; what comes beyond is not told. */
  private static final int WAITING_MAX = 2_000;

  /** Notices that one step tells. */
  private static final int STEP_MAX = 4;

  private final Database database;
  private final Tellers tellers;
  private final Audience audience;
  private final Watch watch;
  private final BlockingQueue<LiveNotice.Changed> waiting = new ArrayBlockingQueue<>(WAITING_MAX);

  Changes(Database database, Tellers tellers, Audience audience, Watch watch) {
    this.database = database;
    this.tellers = tellers;
    this.audience = audience;
    this.watch = watch;
  }

  /** Takes a change if somebody here wants it; true when there is something to tell. */
  boolean heard(LiveNotice.Changed changed) {
    return watch.isWantedHere(changed.name()) && waiting.offer(changed);
  }

  /** Tells some; false when there is nothing more for now. */
  boolean step() {
    List<LiveNotice.Changed> some = new ArrayList<>();
    waiting.drainTo(some, STEP_MAX);
    for (LiveNotice.Changed changed : some) {
      Tellers.OfChanges teller = tellers.changes().get(changed.kind());
      if (teller != null && watch.isWantedHere(changed.name())) {
        audience.tell(database.read(tx -> teller.tell(tx, changed.of(), changed.marks())));
      }
    }
    return !waiting.isEmpty();
  }
}
