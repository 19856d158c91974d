package dev.catchment.expr;

import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Sort keys from one to another, both included. A range is at least as wide as the rule it comes
 * from: what lies in it must be held against the rule.
 */
public record KeyRange(byte[] from, byte[] to) {
  private static final int POINTS_MAX = 50;

  /** Whether it is one key. */
  public boolean isPoint() {
    return Arrays.equals(from, to);
  }

  /** What lies in both; a range that begins behind its end when nothing does. */
  KeyRange within(KeyRange other) {
    return new KeyRange(
        Arrays.compareUnsigned(from, other.from) >= 0 ? from : other.from,
        Arrays.compareUnsigned(to, other.to) <= 0 ? to : other.to);
  }

  /**
   * The ranges outside of which the rule never holds; empty when there are none worth a search.
   *
   * @param value one that the operator does not object to
   */
  static List<KeyRange> of(RecordPath path, Op op, Json value) {
    return switch (op) {
      case EQ -> List.of(point(path, value));
      case IN -> points(path, ((Json.Arr) value).items());
      case GT, GTE -> List.of(new KeyRange(key(path, value), end(path)));
      case LT, LTE -> List.of(new KeyRange(start(path), key(path, value)));
      case EXISTS ->
          value.equals(Json.of(true))
              ? List.of()
              : List.of(new KeyRange(new byte[] {SortKey.ABSENT}, new byte[] {SortKey.ABSENT}));
      case NEQ, CONTAINS -> List.of();
    };
  }

  private static List<KeyRange> points(RecordPath path, List<Json> values) {
    List<KeyRange> points = new ArrayList<>();
    for (Json value : values) {
      KeyRange point = point(path, value);
      if (points.stream().noneMatch(other -> Arrays.equals(other.from, point.from))) {
        points.add(point);
      }
    }
    return points.size() > POINTS_MAX ? List.of() : points;
  }

  private static KeyRange point(RecordPath path, Json value) {
    byte[] key = key(path, value);
    return new KeyRange(key, key);
  }

  /** The place of a value that a rule names; a place that nothing has for one no column holds. */
  private static byte[] key(RecordPath path, Json value) {
    RecordPath.Column column = path.column();
    if (column == null || column == RecordPath.Column.EVENT_TYPE) {
      return SortKey.of(value);
    }
    if (!(value instanceof Json.Str text)) {
      return new byte[0];
    }
    return column.isTime()
        ? RecordRules.millis(text.value()).map(RecordPath::timeKey).orElse(new byte[0])
        : text.value().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] start(RecordPath path) {
    return isTime(path) ? RecordPath.timeKey(Long.MIN_VALUE) : new byte[] {SortKey.NUMBER};
  }

  private static byte[] end(RecordPath path) {
    return isTime(path) ? RecordPath.timeKey(Long.MAX_VALUE) : new byte[] {SortKey.NUMBER + 1};
  }

  private static boolean isTime(RecordPath path) {
    return Optional.ofNullable(path.column()).map(RecordPath.Column::isTime).orElse(false);
  }
}
