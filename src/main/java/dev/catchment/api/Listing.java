package dev.catchment.api;

import dev.catchment.http.Response;
import dev.catchment.json.Json;
import java.util.AbstractList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A list that is followed one way, newest first: {@code {<name>: […], has_more, next_cursor}}.
 *
 * @param name the member that holds the rows
 * @param id what the list is ordered by
 * @param json a row on the wire
 */
public record Listing<T>(String name, Function<T, String> id, Function<T, Json> json) {
  private static final int LIMIT = 20;
  private static final int LIMIT_MAX = 100;

  /** Reads rows. */
  @FunctionalInterface
  public interface Rows<T> {
    /**
     * @param below only ids below this; null from the newest
     * @param limit null for all; else up to one row more than it
     */
    List<T> read(@Nullable String below, @Nullable Integer limit);
  }

  /** Every row when neither {@code limit} nor {@code cursor} is given, else one page. */
  public Response answer(Params params, Rows<T> rows) {
    String cursor = params.query().first("cursor").orElse(null);
    if (cursor == null && params.query().first("limit").isEmpty()) {
      return Response.json(200, Json.object().put(name, array(rows.read(null, null))).build());
    }
    int limit = params.limit(LIMIT, LIMIT_MAX);
    String below = cursor == null ? null : Cursor.id(cursor);
    return Response.json(
        200, page(rows.read(below, limit), limit, row -> Cursor.of(id.apply(row))));
  }

  /**
   * One page.
   *
   * @param rows up to one more than the limit
   * @param cursor the place of a row
   */
  Json.Obj page(List<T> rows, int limit, Function<T, String> cursor) {
    boolean more = rows.size() > limit;
    List<T> shown = more ? rows.subList(0, limit) : rows;
    return Json.object()
        .put(name, array(shown))
        .put("has_more", more)
        .put("next_cursor", more ? cursor.apply(shown.getLast()) : null)
        .build();
  }

  /** Each row becomes JSON when it is written and is forgotten then: a list may have very many. */
  private Json array(List<T> rows) {
    return new Json.Arr(
        new AbstractList<>() {
          @Override
          public Json get(int index) {
            return json.apply(rows.get(index));
          }

          @Override
          public int size() {
            return rows.size();
          }
        });
  }
}
