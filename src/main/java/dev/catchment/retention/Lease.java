package dev.catchment.retention;

import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Work;
import dev.catchment.log.Cursor;
import dev.catchment.log.Cursors;

/**
 * The right to clean up, which one node has at a time. A node that has lost it without knowing
 * removes nothing more.
 */
final class Lease {
  private final Database database;
  private final Cursors cursors;
  private Cursor held;

  Lease(Database database, Cursors cursors, Cursor held) {
    this.database = database;
    this.cursors = cursors;
    this.held = held;
  }

  /**
   * Removes rows in one transaction and extends the lease.
   *
   * @throws Cursors.Overtaken when another node has the lease; nothing was removed
   */
  <T> T write(Work<T> work) {
    record Done<T>(Cursor cursor, T result) {}
    Done<T> done =
        database.write(
            Durability.DERIVED,
            tx -> {
              Cursor moved = cursors.move(tx, held, held.position());
              return new Done<>(moved, work.in(tx));
            });
    held = done.cursor();
    return done.result();
  }
}
