package dev.catchment.expr;

import dev.catchment.base.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The order of a list of records: up to three paths, each rising or falling, by the order of {@link
 * SortKey}. Records alike in all of them follow their id, in the direction of the first path.
 * Immutable, safe for use by several threads.
 */
public final class RecordOrder {
  /** The most paths of one order. */
  public static final int PATHS_MAX = 3;

  private static final String NEWEST_FIRST = "-$updated_at";

  private final List<Part> parts;

  /** One path of an order. */
  public record Part(RecordPath path, boolean falling) {
    @Override
    public String toString() {
      return (falling ? "-" : "") + path;
    }
  }

  private RecordOrder(List<Part> parts) {
    this.parts = parts;
  }

  /** The order of a list that nobody asked to sort: last updated first. */
  public static RecordOrder newestFirst() {
    return parse(NEWEST_FIRST, "sort");
  }

  /** The paths of a query parameter, separated by commas, {@code -} before one that falls. */
  public static RecordOrder parse(String text, String parameter) {
    List<Part> parts = new ArrayList<>();
    for (String word : RecordPath.split(text)) {
      boolean falling = word.startsWith("-");
      parts.add(new Part(RecordPath.parse(falling ? word.substring(1) : word, parameter), falling));
    }
    if (parts.size() > PATHS_MAX) {
      throw Failure.query(parameter, "must be up to " + PATHS_MAX + " paths");
    }
    return new RecordOrder(List.copyOf(parts));
  }

  /** Its paths, the one that counts first first. */
  public List<Part> parts() {
    return parts;
  }

  /** Whether it is by the last update alone. */
  public boolean isByUpdate() {
    return parts.size() == 1 && parts.getFirst().path().column() == RecordPath.Column.UPDATED_AT;
  }

  /** A record's place in the order, without its id. */
  public List<byte[]> keys(RecordView record) {
    return parts.stream().map(part -> part.path().sortKey(record)).toList();
  }

  /**
   * Compares two places.
   *
   * @param keys as many as the order has paths, as are the other's
   */
  public int compare(List<byte[]> keys, String id, List<byte[]> otherKeys, String otherId) {
    for (int i = 0; i < parts.size(); i++) {
      int order = Arrays.compareUnsigned(keys.get(i), otherKeys.get(i));
      if (order != 0) {
        return parts.get(i).falling() ? -order : order;
      }
    }
    int order = id.compareTo(otherId);
    return parts.getFirst().falling() ? -order : order;
  }

  /** The same order has the same text. */
  @Override
  public String toString() {
    return String.join(",", parts.stream().map(Part::toString).toList());
  }
}
