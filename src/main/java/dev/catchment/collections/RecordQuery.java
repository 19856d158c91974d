package dev.catchment.collections;

import dev.catchment.base.Failure;
import dev.catchment.db.Row;
import dev.catchment.expr.RecordOrder;
import dev.catchment.expr.RecordRules;
import dev.catchment.expr.RecordView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which records of a collection, and in what order: the parameters {@code search}, {@code
 * event_type}, {@code where} and {@code sort}, parsed once. Immutable.
 */
public final class RecordQuery {
  /** Event types that one query may ask for. */
  public static final int TYPES_MAX = 100;

  private final Given given;
  private final @Nullable Needle needle;
  private final RecordRules where;
  private final RecordOrder order;

  /**
   * The parameters as they came.
   *
   * @param search part of the key or of the data text, ignoring case; null for all
   * @param eventTypes only these; empty for all
   * @param where a JSON array of up to 20 rules; null for none
   * @param sort up to three paths; null for the last updated first
   */
  public record Given(
      @Nullable String search,
      List<String> eventTypes,
      @Nullable String where,
      @Nullable String sort) {
    /** All records, last updated first. */
    public static Given all() {
      return new Given(null, List.of(), null, null);
    }
  }

  private RecordQuery(Given given) {
    this.given = given;
    this.needle =
        given.search() == null || given.search().isEmpty() ? null : new Needle(given.search());
    this.where =
        given.where() == null ? RecordRules.none() : RecordRules.parse(given.where(), "where");
    this.order =
        given.sort() == null ? RecordOrder.newestFirst() : RecordOrder.parse(given.sort(), "sort");
  }

  /** The query; throws {@code INVALID}, naming the parameter, for one that cannot be. */
  public static RecordQuery parse(Given given) {
    if (given.eventTypes().size() > TYPES_MAX) {
      throw Failure.query("event_type", "must be at most " + TYPES_MAX + " values");
    }
    return new RecordQuery(given);
  }

  /** Whether it wants every record. */
  public boolean wantsAll() {
    return needle == null && given.eventTypes().isEmpty() && where.isEmpty();
  }

  /** Whether it wants the record, by all but its order. */
  public boolean wants(RecordRow record) {
    return wantsType(record.eventType())
        && wantsText(record.key(), record.data())
        && where.matches(record.view());
  }

  /** The same for a row of the table, of which no more is read than needs be. */
  boolean wants(Row row, String data) {
    return wantsType(given.eventTypes().isEmpty() ? null : row.find("event_type"))
        && (needle == null || wantsText(row.string("record_key"), data))
        && (where.isEmpty() || where.matches(view(row, data)));
  }

  /** The record's place in the order, from which a list goes on behind it. */
  public RecordPlace place(RecordRow record) {
    return new RecordPlace(order.keys(record.view()), record.id());
  }

  private boolean wantsType(@Nullable String type) {
    return given.eventTypes().isEmpty() || (type != null && given.eventTypes().contains(type));
  }

  private boolean wantsText(String key, String data) {
    return needle == null || needle.isIn(key) || needle.isIn(data);
  }

  static RecordView view(Row row, String data) {
    return new RecordView(
        new RecordView.Columns(
            row.string("record_key"),
            row.find("event_type"),
            row.number("source_event_at"),
            row.number("created_at"),
            row.number("updated_at")),
        data);
  }

  /** The part of a text that is searched for; null when none is. */
  @Nullable Needle needle() {
    return needle;
  }

  /** The rules. */
  public RecordRules where() {
    return where;
  }

  /** The order. */
  public RecordOrder order() {
    return order;
  }
}
