package dev.catchment.insight;

import dev.catchment.expr.SortKey;
import dev.catchment.json.Json;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One metric of one group while it is counted. */
sealed interface Tally {
  /**
   * Counts one record.
   *
   * @param value what the metric's path leads to; empty when it leads nowhere or there is no path
   */
  void add(Optional<Json> value);

  /** What came of it. */
  Json result();

  /** Records, or those with a value that is not null. */
  final class Count implements Tally {
    private final boolean ofAll;
    private long count;

    Count(boolean ofAll) {
      this.ofAll = ofAll;
    }

    @Override
    public void add(Optional<Json> value) {
      count += ofAll || isValue(value) ? 1 : 0;
    }

    @Override
    public Json result() {
      return Json.of(count);
    }
  }

  /** The exact sum of the numbers, or their mean to 34 digits; null when there are none. */
  final class Sum implements Tally {
    private final boolean mean;
    private BigDecimal sum = BigDecimal.ZERO;
    private long count;

    Sum(boolean mean) {
      this.mean = mean;
    }

    @Override
    public void add(Optional<Json> value) {
      BigDecimal number = value.isEmpty() ? null : Amounts.of(value.get());
      if (number != null) {
        sum = sum.add(number);
        count++;
      }
    }

    @Override
    public Json result() {
      if (count == 0) {
        return Json.nil();
      }
      return new Json.Num(
          mean
              ? plain(sum.divide(BigDecimal.valueOf(count), MathContext.DECIMAL128))
              : sum.toPlainString());
    }

    private static String plain(BigDecimal value) {
      return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }
  }

  /** The first or last scalar in the order of a sort; null when there is none. */
  final class Extreme implements Tally {
    private final boolean largest;
    private byte @Nullable [] best;
    private Json value = Json.nil();

    Extreme(boolean largest) {
      this.largest = largest;
    }

    @Override
    public void add(Optional<Json> given) {
      if (!isValue(given) || given.get() instanceof Json.Arr || given.get() instanceof Json.Obj) {
        return;
      }
      byte[] key = SortKey.of(given);
      int order = best == null ? 0 : Arrays.compareUnsigned(key, best);
      if (best == null || (largest ? order > 0 : order < 0)) {
        best = key;
        value = given.get();
      }
    }

    @Override
    public Json result() {
      return value;
    }
  }

  /** How many different values that are not null; from a bound on no more are told apart. */
  final class Distinct implements Tally {
    private final Room room;
    private final Set<String> seen = new HashSet<>();

    Distinct(Room room) {
      this.room = room;
    }

    @Override
    public void add(Optional<Json> value) {
      if (isValue(value)) {
        String identity = Amounts.identity(value.get());
        if (!seen.contains(identity) && room.take(identity.length())) {
          seen.add(identity);
        }
      }
    }

    @Override
    public Json result() {
      return Json.of(seen.size());
    }
  }

  private static boolean isValue(Optional<Json> value) {
    return value.isPresent() && !(value.get() instanceof Json.Null);
  }

  /** What all that is remembered of one query may take. For one thread. */
  final class Room {
    /** What an entry takes beside its characters. */
    private static final int ENTRY_CHARS = 60;

    private final int entriesMax;
    private final long charsMax;
    private int entries;
    private long chars;
    private boolean full;

    Room(int entriesMax, long charsMax) {
      this.entriesMax = entriesMax;
      this.charsMax = charsMax;
    }

    /** Takes a place for so many characters; false when there is none. */
    boolean take(int length) {
      if (entries >= entriesMax || chars + length + ENTRY_CHARS > charsMax) {
        full = true;
        return false;
      }
      entries++;
      chars += length + ENTRY_CHARS;
      return true;
    }

    /** Whether something found no place. */
    boolean isFull() {
      return full;
    }
  }
}
