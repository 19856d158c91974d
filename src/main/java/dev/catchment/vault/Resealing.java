package dev.catchment.vault;

import dev.catchment.db.Database;
import dev.catchment.observe.Log;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings every sealed column to the newest key: what an older key sealed is opened and sealed
 * again, and what stands there in the clear is sealed.
 *
 * <p>A row is only written if it still holds what was read, so several nodes may do this at once,
 * beside people who change the rows, and it may be broken off and begun again at any point.
 */
public final class Resealing {
  /** Rows read, and then written in one transaction. */
  static final int BATCH_ROWS = 100;

  private static final Log LOG = Log.of("vault.resealing");

  private final Database database;
  private final Vault vault;

  /** A pass over one store. */
  public Resealing(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
  }

  /**
   * Does all that is to be done.
   *
   * <p>A text that was changed or moved in the store is logged and left as it is: it can be
   * repaired or deleted while the server runs.
   *
   * @return how many texts were sealed now
   * @throws CannotOpen at the first text whose key or version this server does not know
   */
  public int run(List<SealedColumn> columns) {
    int sealed = 0;
    for (SealedColumn column : columns) {
      sealed += run(column);
    }
    return sealed;
  }

  /** A text that is not sealed with the newest key. */
  private record Stale(String rowId, String text) {}

  private int run(SealedColumn column) {
    int sealed = 0;
    String after = "";
    while (true) {
      List<Stale> batch = staleAfter(column, after);
      if (batch.isEmpty()) {
        return sealed;
      }
      sealed += seal(column, batch);
      after = batch.getLast().rowId();
    }
  }

  private List<Stale> staleAfter(SealedColumn column, String after) {
    String head = vault.newestHead();
    String sql =
        """
        SELECT %1$s AS row_id, %2$s AS stale FROM %3$s
         WHERE %1$s > ? AND %2$s IS NOT NULL AND SUBSTR(%2$s, 1, %4$d) <> ?
         ORDER BY %1$s LIMIT ?
        """
            .formatted(column.key(), column.column(), column.table(), head.length());
    return database.read(tx ->
        tx.list(
            sql,
            row -> new Stale(row.string("row_id"), row.string("stale")),
            after,
            head,
            BATCH_ROWS));
  }

  private int seal(SealedColumn column, List<Stale> batch) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (Stale stale : batch) {
      String text = opened(column, stale);
      if (text != null) {
        String sealed = vault.seal(text, column, stale.rowId());
        rows.add(new @Nullable Object[] {sealed, stale.rowId(), stale.text()});
      }
    }
    String sql =
        "UPDATE %1$s SET %2$s = ? WHERE %3$s = ? AND %2$s = ?"
            .formatted(column.table(), column.column(), column.key());
    return rows.isEmpty() ? 0 : database.write(tx -> Arrays.stream(tx.batch(sql, rows)).sum());
  }

  private @Nullable String opened(SealedColumn column, Stale stale) {
    if (!Vault.isSealed(stale.text())) {
      return stale.text();
    }
    try {
      return vault.open(stale.text(), column, stale.rowId());
    } catch (CannotOpen e) {
      if (e.reason() != CannotOpen.Reason.BROKEN) {
        throw e;
      }
      LOG.warn("secret.broken", "reason", e.getMessage());
      return null;
    }
  }
}
