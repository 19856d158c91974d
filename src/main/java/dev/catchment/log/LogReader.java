package dev.catchment.log;

import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Tx;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One reader of the log on this node: holds its claim in memory while the lease lasts and, on a
 * store of its own, lets the cursor lag behind events that led to nothing.
 *
 * <p>The lag costs nothing but time after a crash: what was skipped without a write leads to
 * nothing again. It is kept to stores that no other node writes to, because only there does the
 * reader hear of every change before it reads an event that came after the change; so what it has
 * skipped stays skipped when something changes, and a change does not reach back. Used by one
 * thread, but for {@link #lookAgain}.
 */
public final class LogReader {
  /** How long skipped events may stay unsaved. */
  private static final long UNSAVED_MILLIS_MAX = 500;

  /** How many events may be skipped without being saved. */
  private static final long UNSAVED_EVENTS_MAX = 20_000;

  /** A claim is not relied on for the last moments of its lease. */
  private static final long LEASE_MARGIN_MILLIS = 2_000;

  private final Database database;
  private final Cursors cursors;
  private final String name;
  private volatile boolean changed;
  private @Nullable Cursor held;
  private long reached;
  private long unsavedSince;

  /** A reader that holds nothing yet. */
  public LogReader(Database database, Cursors cursors, String name) {
    this.database = database;
    this.cursors = cursors;
    this.name = name;
  }

  /** Something the reader may have in memory has changed in the store. From any thread. */
  public void lookAgain() {
    changed = true;
  }

  /**
   * Where to read on, if this node may.
   *
   * @param cursor the stored cursor, from which the next move starts
   * @param reached events up to here are done with
   * @param fresh whether what was read from the store before must be read again
   */
  public record Turn(Cursor cursor, long reached, boolean fresh) {}

  /** This node's turn; empty while another node holds the reader. */
  public Optional<Turn> turn() {
    Cursor known = held;
    boolean look = changed;
    changed = false;
    if (known != null && !look && database.now() < known.heldUntil() - LEASE_MARGIN_MILLIS) {
      return Optional.of(new Turn(known, reached, false));
    }
    Optional<Cursor> claimed = cursors.claim(name);
    boolean standsStill =
        known != null && claimed.isPresent() && claimed.get().position() == known.position();
    held = claimed.orElse(null);
    if (!standsStill) {
      reached = claimed.map(Cursor::position).orElse(0L);
    }
    return claimed.map(cursor -> new Turn(cursor, reached, true));
  }

  /** The reader's transaction has committed with the cursor moved to there. */
  public void moved(Cursor to) {
    held = to;
    reached = to.position();
  }

  /**
   * Events up to there led to nothing.
   *
   * @throws Cursors.Overtaken when that must be found out again
   */
  public void skipped(long position) {
    Cursor known = held;
    if (known == null || database.isShared()) {
      move(known, position);
      return;
    }
    if (reached == known.position()) {
      unsavedSince = database.now();
    }
    reached = position;
  }

  private void move(@Nullable Cursor from, long position) {
    if (from != null) {
      moved(database.write(Durability.DERIVED, (Tx tx) -> cursors.move(tx, from, position)));
    }
  }

  /** Another node or a change has overtaken the reader: it looks at the store again. */
  public void overtaken() {
    changed = true;
  }

  /**
   * Saves what was skipped once it has waited long enough.
   *
   * @return when to come again, milliseconds since 1970; empty when there is nothing to save
   */
  public Optional<Long> save() {
    Cursor known = held;
    if (known == null || reached == known.position()) {
      return Optional.empty();
    }
    boolean due =
        database.now() >= unsavedSince + UNSAVED_MILLIS_MAX
            || reached - known.position() >= UNSAVED_EVENTS_MAX;
    if (!due) {
      return Optional.of(unsavedSince + UNSAVED_MILLIS_MAX);
    }
    try {
      move(known, reached);
      return Optional.empty();
    } catch (Cursors.Overtaken e) {
      overtaken();
      return Optional.of(database.now());
    }
  }
}
