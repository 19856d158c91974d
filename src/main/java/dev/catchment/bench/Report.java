package dev.catchment.bench;

import dev.catchment.json.Json;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;

/** What is printed. The first ten members are a contract and keep their names and order. */
final class Report {
  private Report() {}

  /**
   * The one object of {@code --json}.
   *
   * @param ceiling acknowledged events a second without a store, 0 when it was not measured
   * @param residentIdle MiB before the load
   */
  static Json.Obj of(
      String kind, Bench bench, Figures figures, double ceiling, OptionalLong residentIdle) {
    Ledger ledger = bench.ledger();
    Histogram latencies = figures.latencies();
    Json.ObjBuilder report =
        Json.object()
            .put("rate_per_s", Figures.rounded(figures.ratePerSecond()))
            .put("p50_ms", millis(latencies.getValueAtPercentile(50)))
            .put("p99_ms", millis(latencies.getValueAtPercentile(99)))
            .put("sent", ledger.sent())
            .put("acknowledged", ledger.acknowledgedCount())
            .put("delivered", figures.delivered())
            .put("lost", figures.lost())
            .put("duplicates", figures.duplicates())
            .put("rss_mb", orNull(bench.node().residentMegabytes()))
            .put("ceiling_per_s", ceiling > 0 ? Figures.rounded(ceiling) : Json.nil())
            .put("bench", kind)
            .put(
                "ratio",
                ceiling > 0 ? Figures.rounded(figures.ratePerSecond() / ceiling) : Json.nil())
            .put("p999_ms", millis(latencies.getValueAtPercentile(99.9)))
            .put("max_ms", millis(latencies.getMaxValue()))
            .put("rss_idle_mb", orNull(residentIdle))
            .put("start_ms", orNull(bench.node().startMillis()))
            .putAll(figures.extras().json());
    return report
        .put("balanced", figures.faults().isEmpty())
        .put("faults", Json.texts(figures.faults()))
        .build();
  }

  /** The same as a table, a figure a line. */
  static String table(Json.Obj report) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Json> member : report.members().entrySet()) {
      if (!List.of("faults", "balanced").contains(member.getKey())) {
        String value =
            switch (member.getValue()) {
              case Json.Null none -> "-";
              case Json.Str word -> word.value();
              case Json other -> other.text();
            };
        text.append(String.format("%-26s %16s%n", member.getKey(), value));
      }
    }
    return text.toString();
  }

  private static Json millis(long micros) {
    return Figures.rounded(micros / 1_000.0);
  }

  private static Json orNull(OptionalLong value) {
    return value.isPresent() ? Json.of(value.getAsLong()) : Json.nil();
  }
}
