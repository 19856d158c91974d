package dev.catchment.main;

import dev.catchment.api.HealthHandler;
import dev.catchment.db.Database;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * How a node is: whether its store answers and its loops work. Trouble with the clean-up alone
 * leaves it well, as events come in and go out without.
 *
 * @param troubles the loops in trouble and why
 */
record NodeHealth(Database database, Supplier<Map<String, String>> troubles) {
  /** As it is now; asks the store. */
  HealthHandler.Health now() {
    Set<String> inTrouble = troubles.get().keySet();
    boolean storage = storageAnswers();
    boolean working = Set.of(Loops.RETENTION).containsAll(inTrouble);
    boolean delivery = inTrouble.stream().noneMatch(Loops.DELIVERING::contains);
    return new HealthHandler.Health(
        storage && working ? HealthHandler.State.OK : HealthHandler.State.DEGRADED,
        storage ? "ok" : "failing",
        delivery ? "ok" : "failing",
        !inTrouble.contains(Loops.RETENTION));
  }

  private boolean storageAnswers() {
    try {
      return database.read(tx -> tx.number("SELECT 1 AS n")) == 1;
    } catch (RuntimeException e) {
      return false;
    }
  }
}
