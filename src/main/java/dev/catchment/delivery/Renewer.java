package dev.catchment.delivery;

import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.observe.Log;
import dev.catchment.worker.Step;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Extends the leases of what this node holds, on a loop of its own: it waits for the store and for
 * nothing else, so that no amount of other work lets another node make the same deliveries.
 */
public final class Renewer implements Step {
  /** How many leases are extended in one transaction, which must not take as long as a lease. */
  private static final int RENEWED_MAX = 1_000;

  private static final Log LOG = Log.of("delivery.renewer");

  private final Database database;
  private final Claims claims;
  private final Leases leases;
  private final Lanes lanes;

  Renewer(Database database, Claims claims, Leases leases, Lanes lanes) {
    this.database = database;
    this.claims = claims;
    this.leases = leases;
    this.lanes = lanes;
  }

  /** Whom to wake when there is something to watch over: the loop that drives this step. */
  public void wakes(Runnable loop) {
    leases.wakes(loop);
  }

  @Override
  public Next step() {
    List<Owed> due = leases.due(RENEWED_MAX);
    if (!due.isEmpty()) {
      renew(due);
    }
    if (due.size() == RENEWED_MAX) {
      return Step.again();
    }
    OptionalLong next = leases.nextRenewal();
    return next.isEmpty() ? Step.whenWoken() : Step.at(next.getAsLong());
  }

  private void renew(List<Owed> due) {
    long since = database.now();
    List<Owed> notRenewed = database.write(Durability.DERIVED, tx -> claims.renew(tx, due));
    Set<String> gone = notRenewed.stream().map(Owed::id).collect(Collectors.toSet());
    // What was settled meanwhile is held no longer, and is not lost.
    List<Owed> lost = notRenewed.stream().filter(leases::isHeld).toList();
    lanes.drop(lost);
    if (!lost.isEmpty()) {
      LOG.info("claims.lost", "count", lost.size());
    }
    lanes.resume(
        leases.renewed(due.stream().filter(owed -> !gone.contains(owed.id())).toList(), since));
  }
}
