package dev.catchment.expr;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A path that starts inside a record's data, or one of the record's own columns: {@code
 * $record_key}, {@code $event_type}, {@code $source_event_at}, {@code $created_at} and {@code
 * $updated_at}. A leading {@code data.} is dropped when the data has no member of that name.
 * Immutable, safe for use by several threads.
 */
public final class RecordPath {
  /** A column that a path may name. */
  public enum Column {
    RECORD_KEY,
    EVENT_TYPE,
    SOURCE_EVENT_AT,
    CREATED_AT,
    UPDATED_AT;

    /** The name as a path writes it. */
    public String word() {
      return "$" + name().toLowerCase(Locale.ROOT);
    }

    /** Whether it holds a time. */
    public boolean isTime() {
      return this != RECORD_KEY && this != EVENT_TYPE;
    }

    static @Nullable Column find(String text) {
      return Arrays.stream(values())
          .filter(column -> column.word().equals(text))
          .findFirst()
          .orElse(null);
    }
  }

  private final FieldPath path;
  private final @Nullable Column column;

  private RecordPath(FieldPath path) {
    this.path = path;
    this.column = Column.find(path.toString());
  }

  /** The path of a text. Throws {@link PathSyntaxException} when it is not one. */
  public static RecordPath parse(String text) {
    return new RecordPath(FieldPath.parse(text));
  }

  static RecordPath of(FieldPath path) {
    return new RecordPath(path);
  }

  /**
   * The paths of a query parameter, separated by commas outside of quotes; blanks around one do not
   * count.
   *
   * @param max how many there may be
   */
  public static List<RecordPath> list(String text, String parameter, int max) {
    List<String> parts = split(text);
    if (parts.size() > max) {
      throw Failure.query(parameter, "must be at most " + max + " paths");
    }
    return parts.stream().map(part -> parse(part, parameter)).toList();
  }

  /** The path in a query parameter; a text that is not a path is its failure. */
  public static RecordPath parse(String text, String parameter) {
    try {
      return parse(text);
    } catch (PathSyntaxException e) {
      throw Failure.query(parameter, "must be a path: " + e.problem());
    }
  }

  /** The texts between the commas that stand outside of quotes. */
  static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"' && (quoted || (i > 0 && text.charAt(i - 1) == '['))) {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        parts.add(text.substring(start, i).strip());
        start = i + 1;
      }
    }
    parts.add(text.substring(start).strip());
    return parts;
  }

  /** The column it names; null for a path inside the data. */
  public @Nullable Column column() {
    return column;
  }

  /** The value at the end of the path; empty when it leads nowhere. */
  public Optional<Json> find(RecordView record) {
    RecordView.Columns own = record.columns();
    return switch (column) {
      case null -> inside(record.data());
      case RECORD_KEY -> Optional.of(Json.of(own.key()));
      case EVENT_TYPE -> Optional.of(Json.of(own.eventType()));
      case SOURCE_EVENT_AT -> Optional.of(RecordView.time(own.sourceEventAt()));
      case CREATED_AT -> Optional.of(RecordView.time(own.createdAt()));
      case UPDATED_AT -> Optional.of(RecordView.time(own.updatedAt()));
    };
  }

  private Optional<Json> inside(Json data) {
    return path.find(data, dropped(data));
  }

  /** How many of the first steps do not count in these data. */
  private int dropped(Json data) {
    return path.nameAt(0).equals("data")
            && !(data instanceof Json.Obj object && object.members().containsKey("data"))
        ? 1
        : 0;
  }

  /** The steps inside these data. */
  List<FieldPath.Step> steps(Json data) {
    return path.steps(dropped(data));
  }

  /** The value's place in the order of a sort, as {@link SortKey} writes it. */
  public byte[] sortKey(RecordView record) {
    RecordView.Columns own = record.columns();
    return switch (column) {
      case null -> SortKey.of(inside(record.data()));
      // Not cut, so that the key itself can be read back.
      case RECORD_KEY -> own.key().getBytes(StandardCharsets.UTF_8);
      case EVENT_TYPE -> SortKey.of(Optional.of(Json.of(own.eventType())));
      case SOURCE_EVENT_AT -> timeKey(own.sourceEventAt());
      case CREATED_AT -> timeKey(own.createdAt());
      case UPDATED_AT -> timeKey(own.updatedAt());
    };
  }

  /** The place of a time in the order of a column of times. */
  public static byte[] timeKey(long epochMillis) {
    return ByteBuffer.allocate(Long.BYTES).putLong(epochMillis ^ Long.MIN_VALUE).array();
  }

  /** The time behind such a place; empty for other bytes. */
  public static Optional<Long> time(byte[] key) {
    return key.length == Long.BYTES
        ? Optional.of(ByteBuffer.wrap(key).getLong() ^ Long.MIN_VALUE)
        : Optional.empty();
  }

  /** Whether the other has the same steps or names the same column, however it is written. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RecordPath that
        && column == that.column
        && (column != null || path.steps(0).equals(that.path.steps(0)));
  }

  @Override
  public int hashCode() {
    return column != null ? column.hashCode() : path.steps(0).hashCode();
  }

  /** The path as it was written. */
  @Override
  public String toString() {
    return path.toString();
  }
}
