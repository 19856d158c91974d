package dev.catchment.insight;

import dev.catchment.base.Failure;
import dev.catchment.expr.RecordPath;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is asked of the records of a collection, parsed once. Immutable. */
public final class Question {
  /** The most paths to group by. */
  private static final int GROUPS_MAX = 5;

  private static final int ORDER_MAX = 3;

  private final List<Metric> metrics;
  private final List<RecordPath> groupBy;
  private final @Nullable Bucket bucket;
  private final List<Part> order;

  /**
   * The parameters as they came; null for those that did not.
   *
   * @param metrics such as {@code count,sum(amount)}; null for the count of records
   * @param groupBy paths, separated by commas
   * @param bucket such as {@code day($created_at)}
   * @param timezone null for UTC
   * @param sort names of metrics, paths of {@code groupBy} and {@code bucket}, {@code -} before one
   *     that falls; null for rising buckets, or else the first metric falling
   */
  public record Given(
      @Nullable String metrics,
      @Nullable String groupBy,
      @Nullable String bucket,
      @Nullable String timezone,
      @Nullable String sort) {}

  /**
   * One part of the order.
   *
   * @param index of a metric, from 0; of a group, from -1 downwards; or {@link #BUCKET}
   */
  record Part(int index, boolean falling) {
    static final int BUCKET = Integer.MIN_VALUE;
  }

  private Question(Given given) {
    this.metrics = Metric.parse(given.metrics() == null ? "count" : given.metrics());
    this.groupBy =
        given.groupBy() == null
            ? List.of()
            : RecordPath.list(given.groupBy(), "group_by", GROUPS_MAX);
    String zone = given.timezone() == null ? "UTC" : given.timezone();
    this.bucket = given.bucket() == null ? null : Bucket.parse(given.bucket(), zone);
    this.order = given.sort() == null ? usual() : order(given.sort());
  }

  /** The question; throws {@code INVALID}, naming the parameter, for one that cannot be asked. */
  public static Question parse(Given given) {
    return new Question(given);
  }

  private List<Part> usual() {
    return bucket == null ? List.of(new Part(0, true)) : List.of(new Part(Part.BUCKET, false));
  }

  private List<Part> order(String text) {
    List<Part> parts = new ArrayList<>();
    for (String word : Words.of(text)) {
      boolean falling = word.startsWith("-");
      parts.add(new Part(index(falling ? word.substring(1) : word), falling));
    }
    if (parts.isEmpty() || parts.size() > ORDER_MAX) {
      throw Failure.query("sort", "must be 1 to " + ORDER_MAX + " names");
    }
    return List.copyOf(parts);
  }

  private int index(String word) {
    if (word.equals("bucket") && bucket != null) {
      return Part.BUCKET;
    }
    for (int i = 0; i < groupBy.size(); i++) {
      if (groupBy.get(i).toString().equals(word)) {
        return -1 - i;
      }
    }
    String name = Call.parse(word, "sort").toString();
    for (int i = 0; i < metrics.size(); i++) {
      if (metrics.get(i).name().equals(name)) {
        return i;
      }
    }
    throw Failure.query("sort", "must name a metric, a path of group_by, or bucket");
  }

  List<Metric> metrics() {
    return metrics;
  }

  List<RecordPath> groupBy() {
    return groupBy;
  }

  @Nullable Bucket bucket() {
    return bucket;
  }

  List<Part> order() {
    return order;
  }
}
