package dev.catchment.collections;

import dev.catchment.base.Failure;
import dev.catchment.db.Channel;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.log.EventLog;
import dev.catchment.log.SourceEvents;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The runs that read a collection's stored events again, in the columns of its row. A collection
 * has one run at a time. A node holds it for a while and renews that with each piece it writes; the
 * claim number rises with each node that takes the run and with each change of the collection, and
 * a piece that was read under an older number writes nothing.
 */
public final class Backfills {
  private static final String PENDING = "pending";
  private static final String RUNNING = "running";
  private static final String COMPLETED = "completed";
  private static final String FAILED = "failed";
  private static final String CANCELLED = "cancelled";

  private Backfills() {}

  /** What came of asking for a run: the collection after it, and a sentence. */
  public record Answer(CollectionRow collection, String message) {}

  /**
   * Starts a run, or resumes one that failed or was cancelled; one that is under way stays as it
   * is. A rebuild is never resumed, for what it had built is gone.
   *
   * @param restart whether to start from the first stored event in any case
   * @param rebuild whether to build a fresh generation and put it in the place of the one that is
   *     read
   * @throws Failure {@code CONFLICT} when the collection is disabled
   */
  public static Answer start(Tx tx, CollectionRow collection, boolean restart, boolean rebuild) {
    String id = collection.id();
    boolean resumable = lock(tx, id).isPresent();
    CollectionRow row = Collections.get(tx, collection.identity().scope(), id);
    if (row.fold().status() == CollectionRow.Status.DISABLED) {
      throw Failure.conflict("Collection is disabled");
    }
    String status = String.valueOf(row.backfill().status());
    if (isUnderWay(row)) {
      return new Answer(row, "Backfill already running");
    }
    boolean resumes =
        !restart && !rebuild && resumable && (status.equals(FAILED) || status.equals(CANCELLED));
    // The head first: an event up to it has an id up to the last.
    long head = EventLog.head(tx);
    String last = SourceEvents.last(tx, row.identity().sourceId());
    Long building = rebuild ? (Long) Rebuilds.begin(tx, row, head) : null;
    tx.update(
        """
        UPDATE collections SET backfill_status = 'pending', backfill_progress = ?,
          backfill_total = NULL, backfill_cursor = ?, backfill_started_at = ?,
          backfill_completed_at = NULL, backfill_error = NULL, backfill_end = ?, building = ?,
          backfill_owner = NULL, backfill_owned_until = 0, backfill_claim = backfill_claim + 1
         WHERE id = ?
        """,
        resumes ? row.backfill().progress() : Long.valueOf(0),
        resumes ? row.backfill().cursor() : null,
        resumes ? row.backfill().startedAt() : null,
        last,
        building,
        id);
    tx.notify(Channel.BACKFILLS, id);
    return new Answer(
        Collections.get(tx, row.identity().scope(), id),
        resumes ? "Backfill resumed" : "Backfill started");
  }

  /** Keeps the row as it is until the commit; answers where its run ends. */
  private static Optional<String> lock(Tx tx, String id) {
    return tx.find(
            "SELECT backfill_end FROM collections WHERE id = ?" + tx.dialect().locking(),
            row -> Optional.ofNullable(row.find("backfill_end")),
            id)
        .flatMap(end -> end);
  }

  private static boolean isUnderWay(CollectionRow row) {
    String status = row.backfill().status();
    return PENDING.equals(status) || RUNNING.equals(status);
  }

  /** Ends the run that is under way, if there is one; what it has written to records stays. */
  public static void cancel(Tx tx, CollectionRow collection) {
    lock(tx, collection.id());
    CollectionRow row = Collections.get(tx, collection.identity().scope(), collection.id());
    if (isUnderWay(row)) {
      end(tx, row, CANCELLED, null);
    }
  }

  /**
   * Tells the run that its collection has changed.
   *
   * @param old the row before the change
   * @param row the row after it
   */
  static void disturb(Tx tx, CollectionRow old, CollectionRow row) {
    if (!isUnderWay(row)) {
      return;
    }
    if (row.fold().status() == CollectionRow.Status.DISABLED) {
      end(tx, row, FAILED, "Collection is disabled");
      return;
    }
    Long building = row.table().building();
    if (building != null && !old.fold().rules().equals(row.fold().rules())) {
      // What was built by the old rules is of no use by the new.
      Rebuilds.discard(tx, building);
      tx.update(
          """
          UPDATE collections SET building = ?, backfill_progress = 0, backfill_total = NULL,
            backfill_cursor = NULL, backfill_end = ? WHERE id = ?
          """,
          Rebuilds.begin(tx, row, EventLog.head(tx)),
          SourceEvents.last(tx, row.identity().sourceId()),
          row.id());
    }
    tx.update("UPDATE collections SET backfill_claim = backfill_claim + 1 WHERE id = ?", row.id());
    tx.notify(Channel.BACKFILLS, row.id());
  }

  /**
   * A run under way.
   *
   * @param end the id of the last event that is to be read
   * @param claim rises each time a node takes it and each time the collection changes
   * @param mine whether the node that read it holds it
   * @param freeAt when this node may work on it, milliseconds since 1970
   */
  record Run(CollectionRow collection, String end, long claim, boolean mine, long freeAt) {
    /** The id of the last event that was read; empty before the first. */
    String cursor() {
      String cursor = collection.backfill().cursor();
      return cursor == null ? "" : cursor;
    }

    String sourceId() {
      return collection.identity().sourceId();
    }
  }

  /** The run that this node may work on first. */
  static Optional<Run> next(Tx tx, String node) {
    return tx.find(
        CollectionRows.SELECT
            + """
             WHERE c.backfill_status IN ('pending', 'running')
             ORDER BY CASE WHEN c.backfill_owner = ? THEN -1 WHEN c.backfill_owner IS NULL THEN 0
               ELSE c.backfill_owned_until END, c.id
             LIMIT 1
            """,
        row -> run(row, node),
        node);
  }

  private static Run run(Row row, String node) {
    String owner = row.find("backfill_owner");
    boolean mine = node.equals(owner);
    return new Run(
        CollectionRows.row(row),
        row.string("backfill_end"),
        row.number("backfill_claim"),
        mine,
        owner == null || mine ? 0 : row.number("backfill_owned_until"));
  }

  /** Takes a run for this node; false when another was quicker, or it ended. */
  static boolean claim(Tx tx, Run run, String node, long leaseMillis) {
    return tx.update(
            """
            UPDATE collections SET backfill_owner = ?, backfill_owned_until = ?,
              backfill_claim = backfill_claim + 1, backfill_status = 'running',
              backfill_started_at = COALESCE(backfill_started_at, ?)
             WHERE id = ? AND backfill_claim = ? AND backfill_status IN ('pending', 'running')
               AND (backfill_owner IS NULL OR backfill_owned_until <= ?)
            """,
            node,
            tx.now() + leaseMillis,
            tx.now(),
            run.collection().id(),
            run.claim(),
            tx.now())
        == 1;
  }

  /** Whether this node still has the run as it was read; if so it stays so until the commit. */
  static boolean hold(Tx tx, Run run, long leaseMillis) {
    return tx.update(
            """
            UPDATE collections SET backfill_owned_until = ?
             WHERE id = ? AND backfill_claim = ? AND backfill_status = 'running'
               AND COALESCE(backfill_cursor, '') = ?
            """,
            tx.now() + leaseMillis,
            run.collection().id(),
            run.claim(),
            run.cursor())
        == 1;
  }

  /** Writes how many events a held run is going to read from where it is. */
  static void count(Tx tx, Run run, long left) {
    tx.update(
        "UPDATE collections SET backfill_total = backfill_progress + ? WHERE id = ?",
        left,
        run.collection().id());
  }

  /** Writes how far a held run is. */
  static void advance(Tx tx, Run run, String cursor, int events) {
    tx.update(
        """
        UPDATE collections SET backfill_cursor = ?, backfill_progress = backfill_progress + ?
         WHERE id = ?
        """,
        cursor.isEmpty() ? null : cursor,
        events,
        run.collection().id());
  }

  /** Ends a held run that has read everything. */
  static void complete(Tx tx, CollectionRow row) {
    // Events may have been removed meanwhile, or come late with a small id.
    tx.update("UPDATE collections SET backfill_total = backfill_progress WHERE id = ?", row.id());
    end(tx, row, COMPLETED, null);
  }

  /** Ends a held run that cannot go on. */
  static void fail(Tx tx, CollectionRow row, String error) {
    end(tx, row, FAILED, error);
  }

  private static void end(Tx tx, CollectionRow row, String status, @Nullable String error) {
    Long building = row.table().building();
    if (building != null && !status.equals(COMPLETED)) {
      Rebuilds.discard(tx, building);
    }
    tx.update(
        """
        UPDATE collections SET backfill_status = ?, backfill_error = ?, backfill_completed_at = ?,
          backfill_owner = NULL, backfill_owned_until = 0, backfill_claim = backfill_claim + 1,
          backfill_end = CASE WHEN building IS NULL THEN backfill_end END, building = NULL
         WHERE id = ?
        """,
        status,
        error,
        tx.now(),
        row.id());
    tx.notify(Channel.BACKFILLS, row.id());
  }
}
