package dev.catchment.trial;

import dev.catchment.db.InList;
import dev.catchment.db.Tx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table of what people write beside the events of test sessions. */
public final class TestNotes {
  private TestNotes() {}

  /** Writes a note in place of the one before; null removes it. */
  public static void write(Tx tx, String sessionId, String eventId, @Nullable String note) {
    if (note == null) {
      tx.update("DELETE FROM test_notes WHERE session_id = ? AND event_id = ?", sessionId, eventId);
    } else {
      tx.update(
          """
          INSERT INTO test_notes (session_id, event_id, note) VALUES (?, ?, ?)
          ON CONFLICT (session_id, event_id) DO UPDATE SET note = excluded.note
          """,
          sessionId,
          eventId,
          note);
    }
  }

  /** The note of one event. */
  public static Optional<String> find(Tx tx, String sessionId, String eventId) {
    return tx.find(
        "SELECT note FROM test_notes WHERE session_id = ? AND event_id = ?",
        row -> row.string("note"),
        sessionId,
        eventId);
  }

  /** The notes of these events, at most a few hundred, by the id of the event. */
  public static Map<String, String> of(Tx tx, String sessionId, List<String> eventIds) {
    Map<String, String> notes = new HashMap<>();
    if (!eventIds.isEmpty()) {
      InList these = InList.of("event_id", eventIds);
      @Nullable Object[] ids = these.args();
      @Nullable Object[] args = new @Nullable Object[ids.length + 1];
      args[0] = sessionId;
      System.arraycopy(ids, 0, args, 1, ids.length);
      tx.list(
              "SELECT event_id, note FROM test_notes WHERE session_id = ? AND " + these.condition(),
              row -> Map.entry(row.string("event_id"), row.string("note")),
              args)
          .forEach(note -> notes.put(note.getKey(), note.getValue()));
    }
    return notes;
  }

  static void deleteAll(Tx tx, String sessionId) {
    tx.update("DELETE FROM test_notes WHERE session_id = ?", sessionId);
  }
}
