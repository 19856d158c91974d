package dev.catchment.issues;

import dev.catchment.base.Ids;
import dev.catchment.db.Tx;
import dev.catchment.delivery.DeadLetters;
import dev.catchment.delivery.EndedAttempt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Watches destinations that fail. The truth is in the rows of the attempts, so all nodes see the
 * same and a restart forgets nothing; what is remembered here only says when it pays to look again.
 */
final class ErrorRates {
  private static final long WINDOW_MILLIS = Duration.ofMinutes(15).toMillis();

  /** Other nodes' failures and successes that leave the window are noticed after this long. */
  private static final long LOOK_MILLIS = 15_000;

  /** While the rate stays high this is one more occurrence. */
  private static final long AGAIN_MILLIS = 60_000;

  private static final int WATCHED_MAX = 10_000;

  private final Map<String, Watch> watches = new ConcurrentHashMap<>();

  /** When to look at a destination again: after so many more failures, or at that time. */
  private record Watch(long failuresLeft, long at) {}

  /** Those whose rate is high now, each at most once a minute. */
  List<Occurrence> judge(Tx tx, List<EndedAttempt> failed) {
    Map<String, EndedAttempt> last = new TreeMap<>();
    Map<String, Long> failures = new TreeMap<>();
    for (EndedAttempt attempt : failed) {
      last.put(attempt.destinationId(), attempt);
      failures.merge(attempt.destinationId(), 1L, Long::sum);
    }
    List<Occurrence> high = new ArrayList<>();
    last.forEach((id, attempt) -> {
      Watch watch = watches.getOrDefault(id, new Watch(0, 0));
      long left = watch.failuresLeft() - failures.getOrDefault(id, 0L);
      if (left > 0 && tx.now() < watch.at()) {
        remember(tx, id, new Watch(left, watch.at()));
        return;
      }
      DeadLetters.Rate rate = DeadLetters.rate(tx, id, Ids.floor(tx.now() - WINDOW_MILLIS));
      if (ErrorRate.isHigh(rate)) {
        high.add(Occurrence.of(attempt, IssueKind.ERROR_RATE));
        remember(tx, id, new Watch(Long.MAX_VALUE, tx.now() + AGAIN_MILLIS));
      } else {
        // Other nodes may see as many failures as this one.
        long half = Math.ceilDiv(ErrorRate.failuresUntilHigh(rate), 2);
        remember(tx, id, new Watch(half, tx.now() + LOOK_MILLIS));
      }
    });
    return high;
  }

  /** Only once the transaction stands: it may be tried again with the same attempts. */
  private void remember(Tx tx, String destinationId, Watch watch) {
    tx.afterCommit(() -> {
      if (watches.size() >= WATCHED_MAX) {
        watches.clear();
      }
      watches.put(destinationId, watch);
    });
  }
}
