package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Times;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.Moment;
import dev.catchment.db.Tx;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A moment as a query parameter names it.
 *
 * @param time whether the number is a time, in milliseconds since 1970, and not a place in the log
 */
record AsOf(long number, boolean time) {
  private static final Pattern POSITION = Pattern.compile("[0-9]{1,18}");

  /** The last millisecond of the year 9999; ids hold no more than a little beyond it. */
  private static final long TIME_MAX = 253_402_300_799_999L;

  /** The moment that a parameter names; throws {@code INVALID} when it is missing or none. */
  static AsOf of(Params params, String name) {
    String text = params.text(name);
    if (text == null) {
      throw Failure.query(name, "is required");
    }
    if (POSITION.matcher(text).matches()) {
      return new AsOf(Long.parseLong(text), false);
    }
    Optional<Long> time = Times.parse(text);
    if (time.isEmpty()) {
      throw Failure.query(name, "must be an ISO 8601 time with an offset, or a log position");
    }
    return new AsOf(Math.clamp(time.get(), 0, TIME_MAX), true);
  }

  /** The same, or the present when the parameter is missing. */
  static AsOf orNow(Params params, String name) {
    return params.text(name) == null ? new AsOf(TIME_MAX, true) : of(params, name);
  }

  /** The moment in the life of a collection; throws {@code GONE} when it is too long ago. */
  Moment in(Tx tx, CollectionRow collection) {
    return time ? Moment.at(tx, collection, number) : Moment.after(tx, collection, number);
  }
}
