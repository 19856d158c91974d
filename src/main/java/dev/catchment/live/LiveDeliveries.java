package dev.catchment.live;

import dev.catchment.db.Tx;
import dev.catchment.delivery.BegunAttempt;
import dev.catchment.delivery.DeliveryListener;
import dev.catchment.delivery.EndedAttempt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Names attempts that begin and end, for those who want to hear of deliveries. */
public final class LiveDeliveries implements DeliveryListener {
  /** What stands before the id of an attempt that is to be made. */
  public static final char BEGUN = 'p';

  /** What stands before the id of an attempt that has ended. */
  public static final char ENDED = 'e';

  private final Live live;

  public LiveDeliveries(Live live) {
    this.live = live;
  }

  @Override
  public void begun(Tx tx, List<BegunAttempt> begun) {
    if (live.isAnythingWanted()) {
      Map<String, List<String>> marks = new TreeMap<>();
      begun.forEach(attempt -> add(marks, attempt.envId(), BEGUN + attempt.id()));
      tell(tx, marks);
    }
  }

  @Override
  public void ended(Tx tx, List<EndedAttempt> ended) {
    if (live.isAnythingWanted()) {
      Map<String, List<String>> marks = new TreeMap<>();
      ended.forEach(attempt -> add(marks, attempt.scope().envId(), ENDED + attempt.id()));
      tell(tx, marks);
    }
  }

  private static void add(Map<String, List<String>> marks, String envId, String mark) {
    marks.computeIfAbsent(envId, id -> new ArrayList<>()).add(mark);
  }

  private void tell(Tx tx, Map<String, List<String>> marks) {
    marks.forEach((envId, some) -> live.changed(tx, Tellers.Change.DELIVERIES, envId, some));
  }
}
