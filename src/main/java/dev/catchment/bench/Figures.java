package dev.catchment.bench;

import dev.catchment.json.Json;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What one bench found.
 *
 * @param ratePerSecond the sustained rate
 * @param latencies in microseconds
 * @param delivered events that reached the end of the path under test: the store, the receiver, or
 *     the records
 * @param lost acknowledged events that did not
 * @param duplicates events that reached it more than once
 * @param faults why the ledger does not balance; empty when it does
 */
record Figures(
    double ratePerSecond,
    Histogram latencies,
    long delivered,
    long lost,
    long duplicates,
    List<String> faults,
    Extras extras) {

  /** Further figures in order. */
  static final class Extras {
    private final Json.ObjBuilder members = Json.object();

    Extras put(String name, double value) {
      members.put(name, rounded(value));
      return this;
    }

    Extras put(String name, long value) {
      members.put(name, value);
      return this;
    }

    Json.Obj json() {
      return members.build();
    }
  }

  /** A number with three decimals: more would only look exact. */
  static Json rounded(double value) {
    return Json.of(Math.round(value * 1_000) / 1_000.0);
  }
}
