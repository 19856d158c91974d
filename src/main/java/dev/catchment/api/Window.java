package dev.catchment.api;

import dev.catchment.db.Where;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A list ordered by id that is followed both ways, newest first: {@code {<name>: […], pagination}}.
 *
 * @param limit rows of a page
 * @param offset rows left out before the first; 0 with a cursor
 * @param cursor the id beside which the page lies; null for the newest
 * @param backwards whether the page lies before the cursor, among the newer ids
 * @param after ids of the whole list are at least this; null for no bound
 * @param before ids of the whole list are less than this; null for no bound
 */
record Window(
    int limit,
    int offset,
    @Nullable String cursor,
    boolean backwards,
    @Nullable String after,
    @Nullable String before) {
  /** Rows are counted exactly up to so many. */
  static final int COUNTED_MAX = 10_000;

  private static final int LIMIT = 50;
  private static final int LIMIT_MAX = 100;

  static Window of(Request request) {
    return of(request, Cursor::id);
  }

  /**
   * Of a list that is ordered by a time, then an id: its cursor is text of {@link Cursor.Timed}.
   */
  static Window timed(Request request) {
    return of(request, cursor -> Cursor.timed(cursor).text());
  }

  private static Window of(Request request, Function<String, String> place) {
    Params params = Params.of(request);
    String cursor = request.query().first("cursor").map(place).orElse(null);
    String direction = params.word("direction", List.of("next", "prev"));
    return new Window(
        params.limit(LIMIT, LIMIT_MAX),
        cursor == null ? params.offset() : 0,
        cursor,
        cursor != null && "prev".equals(direction),
        params.idAt("after"),
        params.idAt("before"));
  }

  /** Ids of the page are at least this; null for no bound. */
  @Nullable String from() {
    // Every id has the same length, so the longer text is the very next place after it.
    String next = cursor != null && backwards ? cursor + "0" : null;
    return next == null || (after != null && after.compareTo(next) > 0) ? after : next;
  }

  /** Ids of the page are less than this; null for no bound. */
  @Nullable String below() {
    String end = cursor != null && !backwards ? cursor : null;
    return end == null || (before != null && before.compareTo(end) < 0) ? before : end;
  }

  /**
   * What was found for a page.
   *
   * @param rows up to one more than the limit, oldest first when the page lies backwards
   * @param stoppedAt where a search stopped although there is more; null otherwise
   * @param total rows that match the filter without the cursor
   */
  record Found<T>(List<T> rows, @Nullable String stoppedAt, long total, boolean totalExact) {
    /** Rows of a list that were counted up to one more than {@link Window#COUNTED_MAX}. */
    static <T> Found<T> counted(List<T> rows, long total) {
      return new Found<>(rows, null, Math.min(total, COUNTED_MAX), total <= COUNTED_MAX);
    }
  }

  /** The page, and one row more to tell whether there is another. */
  Where.Page page() {
    return new Where.Page(backwards, limit + 1, offset);
  }

  /** A page and the cursors of its neighbours. */
  private record Cut<T>(List<T> rows, @Nullable String next, @Nullable String previous) {
    Json cursor(@Nullable String place) {
      return place == null ? Json.nil() : Json.of(Cursor.of(place));
    }
  }

  private <T> Cut<T> cut(Found<T> found, Function<T, String> id) {
    boolean more = found.rows().size() > limit;
    List<T> rows = new ArrayList<>(more ? found.rows().subList(0, limit) : found.rows());
    if (backwards) {
      Collections.reverse(rows);
    }
    String ahead =
        more ? id.apply(backwards ? rows.getFirst() : rows.getLast()) : found.stoppedAt();
    // Behind the page lies at least the row of the cursor, or what the offset left out.
    boolean anyBehind = !rows.isEmpty() && (cursor != null || offset > 0);
    String behind = anyBehind ? id.apply(backwards ? rows.getLast() : rows.getFirst()) : null;
    String next = backwards ? behind : ahead;
    String previous = backwards ? ahead : behind;
    return new Cut<>(rows, next, previous);
  }

  <T> Response answer(String name, Found<T> found, Function<T, String> id, Function<T, Json> json) {
    Cut<T> cut = cut(found, id);
    return Response.json(
        200,
        Json.object()
            .put(name, Json.array(cut.rows().stream().map(json).toList()))
            .put(
                "pagination",
                Json.object()
                    .put("total", found.total())
                    .put("total_exact", found.totalExact())
                    .put("limit", limit)
                    .put("offset", offset)
                    .put("has_more", cut.next() != null)
                    .put("next_cursor", cut.cursor(cut.next()))
                    .put("prev_cursor", cut.cursor(cut.previous()))
                    .build())
            .build());
  }

  /**
   * The same without totals, behind other members.
   *
   * @param first the members before the rows
   * @param id what the list is ordered by
   */
  <T> Response brief(
      Json.ObjBuilder first,
      String name,
      Found<T> found,
      Function<T, String> id,
      Function<T, Json> json) {
    Cut<T> cut = cut(found, id);
    return Response.json(
        200,
        first
            .put(name, Json.array(cut.rows().stream().map(json).toList()))
            .put(
                "pagination",
                Json.object()
                    .put("limit", limit)
                    .put("has_more", cut.next() != null)
                    .put("next_cursor", cut.cursor(cut.next()))
                    .build())
            .build());
  }
}
