package dev.catchment.collections;

import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.worker.Step;
import java.util.Optional;

/**
 * Removes the records of generations that nobody reads any more, a small slice at a time, and
 * leaves the store to the others in between. Sleeps while there is none. Two nodes that sweep the
 * same generation remove nothing twice.
 */
public final class GenerationSweep implements Step {
  /** Rows that one transaction removes. */
  static final int ROWS_MAX = 500;

  /** The pause after a slice. */
  private static final long PAUSE_MILLIS = 50;

  private final Database database;

  /** A sweep of one store. */
  public GenerationSweep(Database database) {
    this.database = database;
  }

  @Override
  public Next step() {
    Optional<Generations.Dropped> dropped = database.read(Generations::nextDropped);
    if (dropped.isEmpty()) {
      return Step.whenWoken();
    }
    database.write(Durability.DERIVED, tx -> Generations.sweep(tx, dropped.get(), ROWS_MAX));
    return new Next.Rest(PAUSE_MILLIS);
  }
}
