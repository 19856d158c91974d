package dev.catchment.log;

import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import java.util.List;
import java.util.Optional;

/**
 * The readers' cursors. A cursor moves in the same transaction as its reader's writes, and only
 * from the position the reader started from, so no event is taken twice even if two nodes run the
 * same reader; the lease only keeps them from wasting each other's work.
 */
public final class Cursors {
  private final Database database;
  private final String node;
  private final long leaseMillis;

  /** Cursors as seen by one node, which holds a reader for {@code leaseMillis} after a move. */
  public Cursors(Database database, String node, long leaseMillis) {
    this.database = database;
    this.node = node;
    this.leaseMillis = leaseMillis;
  }

  /** Takes the reader for this node; empty while another node holds it. */
  public Optional<Cursor> claim(String name) {
    Optional<Cursor> mine =
        database.read(tx ->
            tx.find(
                """
                SELECT name, position, owned_until, claim_number FROM cursors
                 WHERE name = ? AND owner = ? AND owned_until > ?
                """,
                Cursors::cursor,
                name,
                node,
                tx.now()));
    return mine.isPresent() ? mine : database.write(Durability.DERIVED, tx -> takeOver(tx, name));
  }

  private Optional<Cursor> takeOver(Tx tx, String name) {
    tx.update(
        """
        INSERT INTO cursors (name, position, owner, owned_until, claim_number)
        VALUES (?, 0, NULL, 0, 0)
        ON CONFLICT (name) DO NOTHING
        """,
        name);
    return tx.find(
        """
        UPDATE cursors SET owner = ?, owned_until = ?, claim_number = claim_number + 1
         WHERE name = ? AND (owner IS NULL OR owner = ? OR owned_until <= ?)
        RETURNING name, position, owned_until, claim_number
        """,
        Cursors::cursor,
        node,
        tx.now() + leaseMillis,
        name,
        node,
        tx.now());
  }

  /**
   * Moves the cursor inside the reader's transaction and extends the lease.
   *
   * @return the cursor as it is once the transaction has committed
   * @throws Overtaken when another node has moved or taken it meanwhile; the transaction must not
   *     commit
   */
  public Cursor move(Tx tx, Cursor from, long position) {
    int moved =
        tx.update(
            """
            UPDATE cursors SET position = ?, owned_until = ?
             WHERE name = ? AND position = ? AND claim_number = ?
            """,
            position,
            tx.now() + leaseMillis,
            from.name(),
            from.position(),
            from.claimNumber());
    if (moved != 1) {
      throw new Overtaken(from.name());
    }
    return new Cursor(from.name(), position, tx.now() + leaseMillis, from.claimNumber());
  }

  /**
   * Makes a step of that reader that has already begun fail to commit, so that it starts over and
   * sees what this transaction changes. Holds the reader at its position until the commit.
   *
   * @return the position of the reader
   */
  public static long disturb(Tx tx, String name) {
    return tx.find(
            """
            INSERT INTO cursors (name, position, owner, owned_until, claim_number)
            VALUES (?, 0, NULL, 0, 0)
            ON CONFLICT (name) DO UPDATE SET claim_number = cursors.claim_number + 1
            RETURNING position AS n
            """,
            row -> row.number("n"),
            name)
        .orElseThrow();
  }

  /** Where the reader is, whoever holds it. */
  public static long position(Tx tx, String name) {
    return tx.number("SELECT position AS n FROM cursors WHERE name = ?", name);
  }

  /**
   * How far the slowest reader of the log is.
   *
   * @param readers readers that must be asked; one that never began is at 0
   * @param except a cursor that reads no events
   */
  public static long slowest(Tx tx, List<String> readers, String except) {
    long slowest = Long.MAX_VALUE;
    for (String reader : readers) {
      slowest = Math.min(slowest, position(tx, reader));
    }
    long others =
        tx.number(
            "SELECT COALESCE(MIN(position), ?) AS n FROM cursors WHERE name <> ?", slowest, except);
    return Math.min(slowest, others);
  }

  /** Lets other nodes take this node's readers at once. */
  public void release() {
    database.write(
        Durability.DERIVED,
        tx -> tx.update("UPDATE cursors SET owner = NULL, owned_until = 0 WHERE owner = ?", node));
  }

  private static Cursor cursor(Row row) {
    return new Cursor(
        row.string("name"),
        row.number("position"),
        row.number("owned_until"),
        row.number("claim_number"));
  }

  /** Another node has taken the reader over. */
  public static final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Overtaken(String name) {
      super("Reader " + name + " was taken over by another node", null, false, false);
    }
  }
}
