package dev.catchment.retention;

import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.ingest.RefusedRequests;
import java.util.Optional;

/** Removes what each source has of refused requests beyond the number that is kept. */
final class RefusedSweep implements Task {
  private final Database database;
  private String source = "";

  RefusedSweep(Database database) {
    this.database = database;
  }

  @Override
  public Outcome slice(Lease lease) {
    String at = source;
    if (!at.isEmpty() && database.read(tx -> hasTooMany(tx, at))) {
      lease.write(tx ->
          RefusedRequests.deleteBeyond(
              tx, at, RefusedRequests.KEPT_FOR_SOURCE_MAX, EventSweep.SLICE_ROWS_MAX));
      return Outcome.REMOVED;
    }
    Optional<String> next = database.read(tx -> RefusedRequests.sourceAfter(tx, at));
    source = next.orElse("");
    return next.isPresent() ? Outcome.LOOKED : Outcome.DONE;
  }

  private static boolean hasTooMany(Tx tx, String source) {
    return RefusedRequests.anyBeyond(tx, source, RefusedRequests.KEPT_FOR_SOURCE_MAX);
  }
}
