package dev.catchment.delivery;

import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the rates of destinations that have one: takes send times from the store for the lanes that
 * need some to go on, and starts what had to wait for its time. While no destination has a rate it
 * asks the store nothing.
 */
final class Pacer {
  /** How precise send times are kept. */
  private static final long TICK_MILLIS = 10;

  private final Database database;
  private final Map<String, Lane> lanes;
  private final Turns turns;
  private final Places places;
  private final InstantSource clock;

  /** For those lanes, which that lock guards. */
  Pacer(
      Database database, Map<String, Lane> lanes, Turns turns, Places places, InstantSource clock) {
    this.database = database;
    this.lanes = lanes;
    this.turns = turns;
    this.places = places;
    this.clock = clock;
  }

  /** Send times that a lane needs to go on. */
  private record Wanted(String destinationId, int ratePerSecond, int count) {}

  /**
   * Sends what a rate limit held back until now.
   *
   * @return when the next may go, milliseconds since 1970; empty when none waits for its time
   */
  OptionalLong step() {
    OptionalLong next = start();
    for (List<Wanted> wanted = wanted(); !wanted.isEmpty(); wanted = wanted()) {
      for (Wanted some : wanted) {
        SendTimes.Taken times =
            database.write(
                Durability.DERIVED,
                tx -> SendTimes.take(tx, some.destinationId(), some.ratePerSecond(), some.count()));
        give(some.destinationId(), times);
      }
      next = start();
    }
    return next;
  }

  private List<Wanted> wanted() {
    return turns.now(() -> {
      List<Wanted> wanted = new ArrayList<>();
      lanes.forEach((id, lane) -> {
        Integer rate = lane.destination().pace().ratePerSecond();
        int count = lane.timesWanted();
        if (rate != null && count > 0) {
          wanted.add(new Wanted(id, rate, count));
        }
      });
      return wanted;
    });
  }

  private void give(String destinationId, SendTimes.Taken times) {
    turns.now(() -> {
      Lane lane = lanes.get(destinationId);
      if (lane != null) {
        lane.give(times);
      }
    });
  }

  private OptionalLong start() {
    return turns.now(() -> {
      lanes.values().stream().filter(lane -> lane.nextTime() != null).forEach(places::ready);
      places.fill();
      long next = Long.MAX_VALUE;
      for (Lane lane : lanes.values()) {
        Long micros = lane.nextTime();
        if (micros != null) {
          next = Math.min(next, TimeUnit.MICROSECONDS.toMillis(micros + 999));
        }
      }
      // Those that are due within one tick go together.
      return next == Long.MAX_VALUE
          ? OptionalLong.empty()
          : OptionalLong.of(Math.max(next, clock.millis() + TICK_MILLIS));
    });
  }
}
