package dev.catchment.issues;

import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.worker.Step;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Resolves issues that have been quiet for long enough, and sleeps until the next one is. To be
 * woken when issues or destinations change.
 */
public final class IssueResolver implements Step {
  /** What is due may be in use by another node; then it is asked for again. */
  private static final long IN_USE_MILLIS = 1_000;

  private final Database database;
  private final IssueTracker tracker;
  private final long quietMillis;

  /** Resolves after so long without an occurrence. */
  public IssueResolver(Database database, IssueTracker tracker, Duration quiet) {
    this.database = database;
    this.tracker = tracker;
    this.quietMillis = quiet.toMillis();
  }

  @Override
  public Next step() {
    OptionalLong since = database.read(Issues::quietSince);
    if (since.isEmpty()) {
      return Step.whenWoken();
    }
    if (since.getAsLong() + quietMillis > database.now()) {
      return Step.at(since.getAsLong() + quietMillis);
    }
    int resolved =
        database.write(Durability.DERIVED, tx -> tracker.resolve(tx, tx.now() - quietMillis));
    return resolved == 0 ? Step.at(database.now() + IN_USE_MILLIS) : Step.again();
  }
}
