package dev.catchment.api;

import dev.catchment.http.Answer;
import dev.catchment.http.Response;
import dev.catchment.http.Streamed;
import dev.catchment.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
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

  /** How many rows are read at once where all are wanted. */
  private static final int PIECE = 500;

  /** How long a client may take to read all of them. */
  private static final Duration TIME_MAX = Duration.ofMinutes(10);

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
    return wantsAll(params) ? all(rows.read(null, null)) : page(params, rows);
  }

  private static boolean wantsAll(Params params) {
    return params.query().first("cursor").isEmpty() && params.query().first("limit").isEmpty();
  }

  private Response all(List<T> rows) {
    return Response.json(200, Json.object().put(name, array(rows)).build());
  }

  private Response page(Params params, Rows<T> rows) {
    int limit = params.limit(LIMIT, LIMIT_MAX);
    String below = params.query().first("cursor").map(Cursor::id).orElse(null);
    return Response.json(
        200, page(rows.read(below, limit), limit, row -> Cursor.of(id.apply(row))));
  }

  /**
   * The same answer, but for very many rows written while they are read, a piece at a time.
   *
   * @param tag the header that tags the answer; made before its rows are read
   */
  Answer stream(Params params, Rows<T> rows, Map.Entry<String, String> tag) {
    if (!wantsAll(params)) {
      return page(params, rows).with(tag.getKey(), tag.getValue());
    }
    // The first are read before the answer begins, so that what is wrong with the question is said.
    List<T> first = rows.read(null, PIECE);
    return first.size() <= PIECE
        ? all(first).with(tag.getKey(), tag.getValue())
        : new Streamed(
            List.of(Map.entry("Content-Type", "application/json"), tag),
            TIME_MAX,
            out -> write(out, first, rows));
  }

  private void write(OutputStream out, List<T> first, Rows<T> rows) throws IOException {
    out.write(("{" + Json.of(name).text() + ":[").getBytes(StandardCharsets.UTF_8));
    List<T> piece = first;
    boolean begun = false;
    while (!piece.isEmpty()) {
      boolean more = piece.size() > PIECE;
      List<T> shown = more ? piece.subList(0, PIECE) : piece;
      for (T row : shown) {
        if (begun) {
          out.write(',');
        }
        begun = true;
        out.write(json.apply(row).bytes());
      }
      piece = more ? rows.read(id.apply(shown.getLast()), PIECE) : List.of();
    }
    out.write("]}".getBytes(StandardCharsets.UTF_8));
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
