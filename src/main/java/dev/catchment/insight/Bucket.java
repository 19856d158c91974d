package dev.catchment.insight;

import dev.catchment.base.Failure;
import dev.catchment.collections.Fold;
import dev.catchment.expr.RecordPath;
import dev.catchment.expr.RecordView;
import dev.catchment.json.Json;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Spans of time by which records are grouped.
 *
 * @param unit how long each is; weeks begin on Monday
 * @param path where a record's time is: ISO 8601 text or Unix time
 * @param zone whose midnights count
 */
record Bucket(Unit unit, RecordPath path, ZoneId zone) {
  /** Years that can be written as a time on the wire. */
  private static final int YEAR_MAX = 9_999;

  /** How long a span is. */
  enum Unit {
    MINUTE,
    HOUR,
    DAY,
    WEEK,
    MONTH;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Reads {@code day($created_at)}; throws {@code INVALID}, naming the parameter. */
  static Bucket parse(String text, String timezone) {
    Call call = Call.parse(text.strip(), "bucket");
    Unit unit =
        Arrays.stream(Unit.values())
            .filter(one -> one.word().equals(call.name()))
            .findFirst()
            .orElseThrow(() -> Failure.query("bucket", "must be " + forms()));
    return new Bucket(unit, call.required("bucket"), zone(timezone));
  }

  private static String forms() {
    List<String> words = Arrays.stream(Unit.values()).map(unit -> unit.word() + "(path)").toList();
    return words.stream().limit(words.size() - 1L).collect(Collectors.joining(", "))
        + " or "
        + words.getLast();
  }

  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw Failure.query("timezone", "must be a time zone like Europe/Berlin, or UTC");
    }
  }

  /** Where the record's span begins, in milliseconds since 1970; empty without a usable time. */
  OptionalLong of(RecordView record) {
    Optional<Json> value = path.find(record);
    OptionalLong millis = value.isEmpty() ? OptionalLong.empty() : Fold.millis(value.get());
    if (millis.isEmpty()) {
      return millis;
    }
    ZonedDateTime time = Instant.ofEpochMilli(millis.getAsLong()).atZone(zone);
    return time.getYear() < 0 || time.getYear() > YEAR_MAX
        ? OptionalLong.empty()
        : OptionalLong.of(start(time).toInstant().toEpochMilli());
  }

  private ZonedDateTime start(ZonedDateTime time) {
    return switch (unit) {
      case MINUTE -> time.truncatedTo(ChronoUnit.MINUTES);
      case HOUR -> time.truncatedTo(ChronoUnit.HOURS);
      case DAY -> time.toLocalDate().atStartOfDay(zone);
      case WEEK ->
          time.toLocalDate()
              .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
              .atStartOfDay(zone);
      case MONTH -> time.toLocalDate().withDayOfMonth(1).atStartOfDay(zone);
    };
  }
}
