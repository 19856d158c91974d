package dev.catchment.transfer;

import dev.catchment.expr.RecordPath;
import dev.catchment.expr.RecordView;
import dev.catchment.json.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The paths that stand in columns of their own, in the place of the data.
 *
 * @param paths empty for the data as one column
 */
public record Columns(List<RecordPath> paths) {
  /** The most columns of one export. */
  public static final int MAX = 200;

  private static final int REPLACEMENT = 0xFFFD;

  /** The data as one column. */
  public static Columns none() {
    return new Columns(List.of());
  }

  /** The columns in the text of a query parameter, separated by commas. */
  public static Columns parse(String text, String parameter) {
    return new Columns(RecordPath.list(text, parameter, MAX));
  }

  /**
   * One cell: strings as they are, numbers with their digits, containers as JSON text.
   *
   * @param text null where the path leads nowhere or to null
   * @param isString whether it was a string
   */
  record Cell(@Nullable String text, boolean isString) {
    static Cell of(RecordPath path, RecordView record) {
      Optional<Json> value = path.find(record);
      return switch (value.orElse(Json.nil())) {
        case Json.Null none -> new Cell(null, false);
        case Json.Str string -> new Cell(whole(string.value()), true);
        case Json.Num number -> new Cell(number.text(), false);
        case Json.Bool bool -> new Cell(Boolean.toString(bool.value()), false);
        case Json.Arr array -> new Cell(array.text(), false);
        case Json.Obj object -> new Cell(object.text(), false);
      };
    }

    /** UTF-8 has no bytes for half a pair, which JSON can hold. */
    private static String whole(String text) {
      return text.chars().noneMatch(c -> Character.isSurrogate((char) c))
          ? text
          : text.codePoints()
              .map(point ->
                  point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE
                      ? REPLACEMENT
                      : point)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
    }
  }
}
