package dev.catchment.collections;

import dev.catchment.db.BulkInsert;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.log.Cursors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The table of records. */
public final class Records {
  private static final BulkInsert NEW_RECORDS =
      BulkInsert.into("records")
          .numbers("generation")
          .texts("record_key", "id", "data", "event_type", "source_event_id")
          .numbers("source_event_at", "position", "deleted", "created_at", "updated_at")
          .numbers("change_number", "changed_at")
          .bytes("recent");

  private static final BulkInsert CHANGED_RECORDS =
      NEW_RECORDS.onConflict(
          """
          ON CONFLICT (generation, record_key) DO UPDATE SET
            data = excluded.data, event_type = excluded.event_type,
            source_event_id = excluded.source_event_id,
            source_event_at = excluded.source_event_at, position = excluded.position,
            deleted = excluded.deleted, created_at = excluded.created_at,
            updated_at = excluded.updated_at, change_number = excluded.change_number,
            changed_at = excluded.changed_at, recent = excluded.recent
          """);

  private Records() {}

  /** The rows of these keys, tombstones included; keys without a row are left out. */
  public static Map<String, RecordRow> byKey(Tx tx, long generation, List<String> keys) {
    Map<String, RecordRow> rows = HashMap.newHashMap(keys.size());
    each(
        tx,
        generation,
        keys,
        row -> {
          RecordRow one = row(row);
          rows.put(one.key(), one);
        });
    return rows;
  }

  /**
   * Rows with what they hold beside the record.
   *
   * @param rows by key, tombstones included
   * @param recent by key the places of the newest events, packed; rows without any are left out
   */
  record Held(Map<String, RecordRow> rows, Map<String, byte[]> recent) {}

  /** The rows of these keys, as a batch is applied to them. */
  static Held held(Tx tx, long generation, List<String> keys) {
    Held held = new Held(HashMap.newHashMap(keys.size()), HashMap.newHashMap(keys.size()));
    each(
        tx,
        generation,
        keys,
        row -> {
          RecordRow one = row(row);
          held.rows().put(one.key(), one);
          byte[] recent = row.bytes("recent");
          if (recent != null) {
            held.recent().put(one.key(), recent);
          }
        });
    return held;
  }

  private static void each(Tx tx, long generation, List<String> keys, Consumer<Row> taker) {
    EventRuns.each(
        tx,
        "SELECT * FROM records WHERE generation = ? AND %s",
        List.of(generation),
        keys,
        List.of(),
        taker::accept);
  }

  /**
   * Inserts or replaces the rows as they are. The generation is locked since they were read, so
   * that what was not there still is not; PostgreSQL writes more for a row that might be.
   *
   * @param firstChange the number of the first change; the others follow it
   * @param recent by key the places of the newest events, packed
   */
  static void write(
      Tx tx,
      long generation,
      List<RecordChange> changes,
      long firstChange,
      Map<String, byte[]> recent) {
    List<@Nullable Object[]> fresh = new ArrayList<>();
    List<@Nullable Object[]> changed = new ArrayList<>();
    long number = firstChange;
    for (RecordChange change : changes) {
      RecordRow row = change.after();
      (change.before() == null ? fresh : changed)
          .add(
              new @Nullable Object[] {
                generation,
                row.key(),
                row.id(),
                row.data(),
                row.eventType(),
                row.version().sourceEventId(),
                row.version().sourceEventAt(),
                row.version().position(),
                row.deleted(),
                row.createdAt(),
                row.updatedAt(),
                number,
                tx.now(),
                recent.get(row.key())
              });
      number++;
    }
    insert(tx, NEW_RECORDS, fresh);
    insert(tx, CHANGED_RECORDS, changed);
  }

  private static void insert(Tx tx, BulkInsert insert, List<@Nullable Object[]> rows) {
    // In the order of the table a batch meets each of its pages once.
    rows.sort(Comparator.comparing(row -> String.valueOf(row[1])));
    tx.insert(insert, rows);
  }

  /** Notes events of records that they left as they were. */
  static void remember(Tx tx, long generation, Map<String, byte[]> recent) {
    List<@Nullable Object[]> rows = new ArrayList<>(recent.size());
    new TreeMap<>(recent)
        .forEach((key, packed) -> rows.add(new @Nullable Object[] {packed, generation, key}));
    tx.batch("UPDATE records SET recent = ? WHERE generation = ? AND record_key = ?", rows);
  }

  /** A record that changed, and the number of its last change. */
  record Changed(String key, long number) {}

  /** The records that changed after that number, in the order of their numbers. */
  static List<Changed> changedAfter(Tx tx, long generation, long number, int max) {
    return tx.list(
        """
        SELECT record_key, change_number FROM records WHERE generation = ? AND change_number > ?
         ORDER BY change_number LIMIT ?
        """,
        row -> new Changed(row.string("record_key"), row.number("change_number")),
        generation,
        number,
        max);
  }

  /** The rows whose last change has that number or a greater one, tombstones included, in order. */
  static List<RecordRow> from(Tx tx, long generation, long number, int max) {
    return tx.list(
        """
        SELECT * FROM records WHERE generation = ? AND change_number >= ?
         ORDER BY change_number LIMIT ?
        """,
        Records::row,
        generation,
        number,
        max);
  }

  /** A tombstone that is removed. */
  private record Forgotten(
      long generation, String key, long changeNumber, byte @Nullable [] recent) {}

  /**
   * Removes a slice of the tombstones whose last event came before that time, oldest first.
   *
   * @return how many were removed; less than {@code max} when none is left
   */
  public static int deleteTombstones(Tx tx, long epochMillis, int max) {
    // A batch must not be applied to one of these rows meanwhile, or it miscounts. The cursor comes
    // before the rows, because the projector too locks it first.
    Cursors.disturb(tx, Collections.READER);
    tx.list(
        """
        SELECT id FROM collections WHERE id IN (SELECT g.collection_id FROM generations g
          WHERE g.id IN (SELECT generation FROM records
            WHERE deleted = 1 AND updated_at < ? ORDER BY updated_at LIMIT ?))
         ORDER BY id
        """
            + tx.dialect().locking(),
        row -> row.string("id"),
        epochMillis,
        max);
    List<Forgotten> removed =
        tx.list(
            """
            DELETE FROM records WHERE deleted = 1 AND (generation, record_key) IN
              (SELECT generation, record_key FROM records
                WHERE deleted = 1 AND updated_at < ? ORDER BY updated_at LIMIT ?)
            RETURNING generation, record_key, change_number, recent
            """,
            row ->
                new Forgotten(
                    row.number("generation"),
                    row.string("record_key"),
                    row.number("change_number"),
                    row.bytes("recent")),
            epochMillis,
            max);
    removed.stream()
        .collect(Collectors.groupingBy(Forgotten::generation, TreeMap::new, Collectors.toList()))
        .forEach((generation, some) -> forgotten(tx, generation, some));
    return removed.size();
  }

  private static void forgotten(Tx tx, long generation, List<Forgotten> removed) {
    long changeNumber = removed.stream().mapToLong(Forgotten::changeNumber).max().orElse(0);
    tx.update(
        """
        UPDATE collections SET tombstone_count = tombstone_count - ?,
          forgotten_change = CASE WHEN forgotten_change < ? THEN ? ELSE forgotten_change END
         WHERE id = (SELECT collection_id FROM generations WHERE id = ?) AND generation = ?
        """,
        removed.size(),
        changeNumber,
        changeNumber,
        generation,
        generation);
    Rebuilds.addTombstones(tx, generation, -removed.size());
    // Their events are still part of the past.
    Map<String, byte[]> recent = new TreeMap<>();
    for (Forgotten one : removed) {
      byte[] places = one.recent();
      if (places != null) {
        recent.put(one.key(), places);
      }
    }
    EventRuns.keep(tx, generation, recent);
  }

  /** Whether there is a tombstone whose last event came before that time. */
  public static boolean hasTombstones(Tx tx, long epochMillis) {
    return tx.find(
            "SELECT updated_at FROM records WHERE deleted = 1 AND updated_at < ? LIMIT 1",
            row -> row.number("updated_at"),
            epochMillis)
        .isPresent();
  }

  /** A visible record and the number of its last change. */
  public record Current(RecordRow row, long change) {}

  /** The visible record of a key. The caller has made sure that the collection is in its scope. */
  public static Optional<Current> find(Tx tx, long generation, String key) {
    // Tombstones are left out here: named in the statement they tempt a planner without statistics
    // to enter by the index of what is visible, and to read all of it.
    return tx.find(
            "SELECT * FROM records WHERE generation = ? AND record_key = ?",
            row -> new Current(row(row), row.number("change_number")),
            generation,
            key)
        .filter(current -> !current.row().deleted());
  }

  /** The last change of a key. */
  private record LastChange(long number, boolean deleted) {}

  /** The number of the last change of the visible record of a key, if there is one. */
  public static Optional<Long> findChange(Tx tx, long generation, String key) {
    return tx.find(
            "SELECT change_number, deleted FROM records WHERE generation = ? AND record_key = ?",
            row -> new LastChange(row.number("change_number"), row.flag("deleted")),
            generation,
            key)
        .filter(last -> !last.deleted())
        .map(LastChange::number);
  }

  static RecordRow row(Row row) {
    return new RecordRow(
        row.string("id"),
        row.string("record_key"),
        row.string("data"),
        row.find("event_type"),
        new RecordRow.Version(
            row.string("source_event_id"), row.number("source_event_at"), row.number("position")),
        row.flag("deleted"),
        row.number("created_at"),
        row.number("updated_at"));
  }
}
