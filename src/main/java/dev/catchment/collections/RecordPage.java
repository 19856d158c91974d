package dev.catchment.collections;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of records.
 *
 * @param next the place from which the list goes on; null at its end
 * @param bound whether a bound kept the page from being the whole truth
 * @param missesTexts whether an index of the texts would have helped and there is none
 */
public record RecordPage(
    List<RecordRow> rows, @Nullable RecordPlace next, Bound bound, boolean missesTexts) {
  /** What a bound did to a page. */
  public sealed interface Bound {
    /** Nothing: the page is what it claims. */
    record None() implements Bound {}

    /**
     * No index answers the query, and the scan ended before the page was full; it goes on from
     * {@link RecordPage#next}.
     *
     * @param rows how many were looked at
     */
    record Stopped(int rows) implements Bound {}

    /**
     * No index has the order, and there are more records than are sorted in one go: the page is one
     * of the list of those last updated.
     *
     * @param rows how many of them were sorted
     */
    record Newest(int rows) implements Bound {}
  }

  RecordPage(List<RecordRow> rows, @Nullable RecordPlace next, Bound bound) {
    this(rows, next, bound, false);
  }

  /** The same page, for which an index of the texts was missed. */
  RecordPage missingTexts() {
    return new RecordPage(rows, next, bound, true);
  }

  /** Whether there is more. */
  public boolean hasMore() {
    return next != null;
  }
}
