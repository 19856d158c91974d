package dev.catchment.log;

import dev.catchment.db.Tx;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;

/** How many events organizations had accepted in a calendar month, in UTC. */
public final class MonthlyCounts {
  private MonthlyCounts() {}

  /** The month of a time, as the store writes it: 12 times the year, and the month from 0. */
  static long month(long millis) {
    YearMonth month = of(millis);
    return month.getYear() * 12L + month.getMonthValue() - 1;
  }

  /** The first moment of the month that follows, in milliseconds since 1970. */
  public static long monthEnd(long millis) {
    return of(millis)
        .plusMonths(1)
        .atDay(1)
        .atStartOfDay()
        .toInstant(ZoneOffset.UTC)
        .toEpochMilli();
  }

  private static YearMonth of(long millis) {
    return YearMonth.from(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC));
  }

  /**
   * Events accepted in the month of the transaction's time, whether they are still stored or not.
   * Duplicates do not count.
   */
  public static long accepted(Tx tx, String orgId) {
    return tx.number(
        """
        SELECT CAST(COALESCE(SUM(month_count), 0) AS BIGINT) AS n
          FROM source_totals WHERE org_id = ? AND month = ?
        """,
        orgId,
        month(tx.now()));
  }
}
