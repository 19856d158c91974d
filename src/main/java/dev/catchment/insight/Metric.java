package dev.catchment.insight;

import dev.catchment.base.Failure;
import dev.catchment.expr.RecordPath;
import dev.catchment.expr.RecordView;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is worked out for each group.
 *
 * @param name as it was asked for, e.g. {@code sum(amount)}
 * @param path null for the count of records
 */
record Metric(Kind kind, @Nullable RecordPath path, String name) {
  /** The most metrics of one query. */
  static final int MAX = 20;

  private static final String FORMS =
      "must be count, count(path), sum(path), avg(path), min(path), max(path) or distinct(path)";

  /** What is done with the values. */
  enum Kind {
    COUNT,
    SUM,
    AVG,
    MIN,
    MAX,
    DISTINCT
  }

  static List<Metric> parse(String text) {
    List<Metric> metrics = new ArrayList<>();
    for (String word : Words.of(text)) {
      Call call = Call.parse(word, "metrics");
      Kind kind = kind(call.name());
      metrics.add(
          new Metric(
              kind, kind == Kind.COUNT ? call.path() : call.required("metrics"), call.toString()));
    }
    if (metrics.isEmpty() || metrics.size() > MAX) {
      throw Failure.query("metrics", "must be 1 to " + MAX + " metrics");
    }
    if (metrics.stream().map(Metric::name).distinct().count() < metrics.size()) {
      throw Failure.query("metrics", "must be different from each other");
    }
    return List.copyOf(metrics);
  }

  private static Kind kind(String word) {
    return switch (word) {
      case "count" -> Kind.COUNT;
      case "sum" -> Kind.SUM;
      case "avg" -> Kind.AVG;
      case "min" -> Kind.MIN;
      case "max" -> Kind.MAX;
      case "distinct" -> Kind.DISTINCT;
      default -> throw Failure.query("metrics", FORMS);
    };
  }

  Tally start(Tally.Room room) {
    return switch (kind) {
      case COUNT -> new Tally.Count(path == null);
      case SUM -> new Tally.Sum(false);
      case AVG -> new Tally.Sum(true);
      case MIN -> new Tally.Extreme(false);
      case MAX -> new Tally.Extreme(true);
      case DISTINCT -> new Tally.Distinct(room);
    };
  }

  Optional<Json> value(RecordView record) {
    return path == null ? Optional.empty() : path.find(record);
  }
}
