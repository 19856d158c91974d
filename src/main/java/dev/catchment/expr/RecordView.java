package dev.catchment.expr;

import dev.catchment.base.Times;
import dev.catchment.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * What paths and rules may look at in one record of a collection. The data are parsed when they are
 * first asked for. For use by one thread.
 */
public final class RecordView {
  private final Columns columns;
  private final String text;
  private @Nullable Json data;

  /**
   * The record's own columns.
   *
   * @param sourceEventAt this and the other times in milliseconds since 1970
   */
  public record Columns(
      String key, @Nullable String eventType, long sourceEventAt, long createdAt, long updatedAt) {}

  /**
   * A view of a stored record.
   *
   * @param text its data as JSON text that this program wrote
   */
  public RecordView(Columns columns, String text) {
    this.columns = columns;
    this.text = text;
  }

  Columns columns() {
    return columns;
  }

  /** The record's data. */
  public Json data() {
    Json known = data;
    if (known == null) {
      known = Json.read(text);
      data = known;
    }
    return known;
  }

  /** A time as it is shown and compared. */
  static Json time(long epochMillis) {
    return Json.of(Times.format(epochMillis));
  }
}
