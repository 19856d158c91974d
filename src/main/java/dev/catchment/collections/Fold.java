package dev.catchment.collections;

import dev.catchment.base.Times;
import dev.catchment.db.Storable;
import dev.catchment.expr.BodyPath;
import dev.catchment.expr.EventView;
import dev.catchment.expr.FilterRules;
import dev.catchment.json.Json;
import dev.catchment.log.StoredEvent;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What one event means to one collection, before an expression makes its data. Pure. */
public final class Fold {
  /** Longer keys are skipped. */
  static final int KEY_BYTES_MAX = 1_024;

  /** A sender's clock may be ahead by this much; beyond it is not believed. */
  private static final long AHEAD_MILLIS_MAX = 24L * 60 * 60 * 1_000;

  /** The start of year 0: what lies before cannot be written as a time on the wire. */
  private static final long EARLIEST_MILLIS = -62_167_219_200_000L;

  /** Unix times below are seconds, others milliseconds. */
  private static final BigDecimal SECONDS_BELOW = BigDecimal.valueOf(100_000_000_000L);

  private Fold() {}

  /** What to do with the record of the event's key. */
  public sealed interface Outcome {
    /** The event is none of the collection's. */
    record PassedOver() implements Outcome {}

    /**
     * The event has no usable key or data.
     *
     * @param reason {@code body_not_parsed}, {@code key_missing}, {@code key_type}, {@code
     *     key_empty}, {@code key_too_long}, {@code data_missing} or {@code expression_failed}
     */
    record Skipped(String reason) implements Outcome {}

    /**
     * The record takes this state if its version is older.
     *
     * @param data the record's data; null when the event deletes it
     * @param timeFellBack whether the time path was set but gave no usable time
     */
    record Change(
        String key,
        @Nullable Json data,
        @Nullable String eventType,
        long sourceEventAt,
        boolean timeFellBack)
        implements Outcome {}
  }

  /**
   * Looks at one event by the rules of a collection.
   *
   * @param view what is seen of it
   */
  public static Outcome of(CollectionRow.FoldSpec spec, StoredEvent stored, EventView view) {
    CollectionOptions options = spec.options();
    FilterRules include = options.includeWhen();
    if (include != null && !include.matches(view)) {
      return new Outcome.PassedOver();
    }
    Optional<Json> body = view.body();
    Key key = key(spec, view);
    if (key.problem() != null) {
      return new Outcome.Skipped(key.problem());
    }
    FilterRules delete = options.deleteWhen();
    boolean deletes = delete != null && delete.matches(view);
    Optional<Json> data =
        options.dataPath() == null ? body : options.dataPath().find(body, view.head().headers());
    if (!deletes && data.isEmpty()) {
      return new Outcome.Skipped(body.isEmpty() ? "body_not_parsed" : "data_missing");
    }
    OptionalLong time = time(spec, stored, view);
    return new Outcome.Change(
        key.text(),
        deletes ? null : data.orElseThrow(),
        eventType(spec, view),
        time.orElse(stored.event().receivedAt()),
        options.eventTimePath() != null && time.isEmpty());
  }

  private record Key(String text, @Nullable String problem) {
    static Key bad(String problem) {
      return new Key("", problem);
    }
  }

  private static Key key(CollectionRow.FoldSpec spec, EventView view) {
    List<BodyPath> paths = spec.options().shape().keyPaths();
    if (paths.isEmpty()) {
      return part(spec.keyPath(), view);
    }
    List<String> parts = new ArrayList<>(paths.size());
    for (BodyPath path : paths) {
      Key part = part(path, view);
      if (part.problem() != null) {
        return part;
      }
      parts.add(part.text());
    }
    return checked(FoldShape.joined(parts));
  }

  private static Key part(BodyPath path, EventView view) {
    Optional<Json> body = view.body();
    return path.find(body, view.head().headers())
        .map(Fold::key)
        .orElseGet(() -> Key.bad(body.isEmpty() ? "body_not_parsed" : "key_missing"));
  }

  private static Key key(Json value) {
    return switch (value) {
      case Json.Str string -> checked(string.value());
      case Json.Num number -> checked(plain(number));
      case Json.Bool bool -> new Key(Boolean.toString(bool.value()), null);
      case Json.Null none -> Key.bad("key_missing");
      case Json.Arr array -> Key.bad("key_type");
      case Json.Obj object -> Key.bad("key_type");
    };
  }

  private static Key checked(@Nullable String value) {
    // Keys that the store would hold as one text are one key.
    String text = value == null ? null : Storable.text(value);
    if (text == null || text.length() > KEY_BYTES_MAX) {
      return Key.bad("key_too_long");
    }
    if (text.isEmpty()) {
      return Key.bad("key_empty");
    }
    return text.getBytes(StandardCharsets.UTF_8).length > KEY_BYTES_MAX
        ? Key.bad("key_too_long")
        : new Key(text, null);
  }

  /** Plain decimal notation without exponent or trailing zeros; null when that is absurdly long. */
  private static @Nullable String plain(Json.Num number) {
    try {
      BigDecimal value = number.value().stripTrailingZeros();
      long digits = value.precision() + Math.abs((long) value.scale());
      return digits > KEY_BYTES_MAX ? null : value.toPlainString();
    } catch (ArithmeticException | NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable String eventType(CollectionRow.FoldSpec spec, EventView view) {
    if (spec.typePath() == null) {
      return null;
    }
    return switch (spec.typePath().find(view.body(), view.head().headers()).orElse(Json.nil())) {
      case Json.Str string -> string.value();
      case Json.Num number -> number.text();
      case Json.Bool bool -> Boolean.toString(bool.value());
      case Json.Null none -> null;
      case Json.Arr array -> null;
      case Json.Obj object -> null;
    };
  }

  private static OptionalLong time(
      CollectionRow.FoldSpec spec, StoredEvent stored, EventView view) {
    if (spec.options().eventTimePath() == null) {
      return OptionalLong.empty();
    }
    Optional<Json> value = spec.options().eventTimePath().find(view.body(), view.head().headers());
    OptionalLong time = value.isEmpty() ? OptionalLong.empty() : millis(value.get());
    return time.isPresent()
            && time.getAsLong() >= EARLIEST_MILLIS
            && time.getAsLong() <= stored.event().receivedAt() + AHEAD_MILLIS_MAX
        ? time
        : OptionalLong.empty();
  }

  /** Milliseconds since 1970 of a time as senders write it: ISO 8601 text or Unix time. */
  public static OptionalLong millis(Json value) {
    return switch (value) {
      case Json.Num number -> unix(number.text());
      case Json.Str string -> {
        Optional<Long> iso = Times.parse(string.value());
        yield iso.isPresent() ? OptionalLong.of(iso.get()) : unix(string.value());
      }
      default -> OptionalLong.empty();
    };
  }

  private static OptionalLong unix(String text) {
    // Anything longer is no time, and would only make the arithmetic below expensive.
    if (text.length() > 40) {
      return OptionalLong.empty();
    }
    try {
      BigDecimal number = new BigDecimal(text.strip());
      if (number.precision() - (long) number.scale() > 15 || number.scale() > 40) {
        return OptionalLong.empty();
      }
      BigDecimal millis = number.compareTo(SECONDS_BELOW) < 0 ? number.movePointRight(3) : number;
      return OptionalLong.of(millis.longValue());
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
