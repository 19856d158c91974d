package dev.catchment.api;

import dev.catchment.access.Organizations;
import dev.catchment.base.Failure;
import dev.catchment.db.Tx;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * How much an organization may have; empty for any number.
 *
 * @param eventsPerMonth accepted events in a calendar month of UTC
 * @param retentionDays days an event is kept; 0 for ever
 */
public record Plan(
    OptionalLong eventsPerMonth,
    OptionalLong sources,
    OptionalLong destinations,
    int retentionDays) {

  /** What the plan counts. */
  enum Thing {
    SOURCES("SELECT COUNT(*) AS n FROM sources WHERE org_id = ? AND kind <> 'manual'"),
    DESTINATIONS("SELECT COUNT(*) AS n FROM destinations WHERE org_id = ?");

    private final String count;

    Thing(String count) {
      this.count = count;
    }

    /** How many the organization has, in all its environments. */
    long count(Tx tx, String orgId) {
      return tx.number(count, orgId);
    }
  }

  /** Everything without a limit. */
  public static Plan unlimited() {
    return new Plan(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), 0);
  }

  OptionalLong limit(Thing thing) {
    return switch (thing) {
      case SOURCES -> sources;
      case DESTINATIONS -> destinations;
    };
  }

  /**
   * To be asked by the transaction that makes one more, before it does. Of several at once each
   * waits for the one before, so the limit is exact. Throws {@code FORBIDDEN}.
   */
  void admit(Tx tx, String orgId, Thing thing) {
    OptionalLong limit = limit(thing);
    if (limit.isEmpty()) {
      return;
    }
    Organizations.lock(tx, orgId);
    if (thing.count(tx, orgId) >= limit.getAsLong()) {
      throw new Failure(
          Failure.Code.FORBIDDEN,
          "Plan limit reached: %s (%d)"
              .formatted(thing.name().toLowerCase(Locale.ROOT), limit.getAsLong()),
          null);
    }
  }
}
