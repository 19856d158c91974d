package dev.catchment.insight;

import dev.catchment.expr.RecordPath;
import dev.catchment.expr.RecordView;
import dev.catchment.expr.SortKey;
import dev.catchment.json.Json;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Records that are alike in what they are grouped by, with their metrics. */
final class Group {
  private final Key key;
  private final List<Tally> tallies;

  /**
   * What its records share.
   *
   * @param values one for each path of the grouping; empty where it leads nowhere
   * @param bucket where the span of time begins; empty for no time, or no buckets
   */
  record Key(List<Optional<Json>> values, OptionalLong bucket) {
    static Key of(Question question, RecordView record) {
      List<Optional<Json>> values =
          question.groupBy().stream().map(path -> path.find(record)).toList();
      Bucket bucket = question.bucket();
      return new Key(values, bucket == null ? OptionalLong.empty() : bucket.of(record));
    }

    /** A text that is the same for keys that are equal. */
    String identity() {
      StringBuilder text = new StringBuilder().append(bucket);
      for (Optional<Json> value : values) {
        String part = value.map(Amounts::identity).orElse("a");
        text.append(part.length()).append(':').append(part);
      }
      return text.toString();
    }
  }

  Group(Key key, List<Tally> tallies) {
    this.key = key;
    this.tallies = tallies;
  }

  void add(Question question, RecordView record) {
    for (int i = 0; i < tallies.size(); i++) {
      tallies.get(i).add(question.metrics().get(i).value(record));
    }
  }

  /** The order of the groups in an answer. Groups alike in it follow what they are grouped by. */
  static Comparator<Aggregates.Row> order(Question question) {
    Comparator<Aggregates.Row> order = null;
    for (Question.Part part : question.order()) {
      Comparator<Aggregates.Row> next = by(question, part);
      order = order == null ? next : order.thenComparing(next);
    }
    Comparator<Aggregates.Row> all = order == null ? byBucket() : order.thenComparing(byBucket());
    for (int i = 0; i < question.groupBy().size(); i++) {
      int index = i;
      all = all.thenComparing(row -> SortKey.of(row.group().get(index)), Arrays::compareUnsigned);
    }
    return all;
  }

  private static Comparator<Aggregates.Row> by(Question question, Question.Part part) {
    Comparator<Aggregates.Row> order;
    if (part.index() == Question.Part.BUCKET) {
      order = byBucket();
    } else if (part.index() < 0) {
      order =
          Comparator.comparing(
              row -> SortKey.of(row.group().get(-1 - part.index())), Arrays::compareUnsigned);
    } else {
      String name = question.metrics().get(part.index()).name();
      order =
          Comparator.comparing(
              row -> SortKey.of(Optional.ofNullable(row.values().get(name))),
              Arrays::compareUnsigned);
    }
    return part.falling() ? order.reversed() : order;
  }

  private static Comparator<Aggregates.Row> byBucket() {
    return Comparator.comparingLong(row -> row.bucket() == null ? Long.MIN_VALUE : row.bucket());
  }

  Aggregates.Row row(Question question) {
    Json.ObjBuilder values = Json.object();
    for (int i = 0; i < tallies.size(); i++) {
      values.put(question.metrics().get(i).name(), tallies.get(i).result());
    }
    @Nullable Long bucket = key.bucket().isPresent() ? (Long) key.bucket().getAsLong() : null;
    return new Aggregates.Row(bucket, key.values(), values.build());
  }

  /** The grouping of a row as JSON; a path that leads nowhere has no member. */
  static Json.Obj shown(Question question, Aggregates.Row row) {
    Json.ObjBuilder shown = Json.object();
    for (int i = 0; i < question.groupBy().size(); i++) {
      RecordPath path = question.groupBy().get(i);
      row.group().get(i).ifPresent(value -> shown.put(path.toString(), value));
    }
    return shown.build();
  }
}
