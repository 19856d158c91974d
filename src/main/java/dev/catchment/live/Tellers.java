package dev.catchment.live;

import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.RecordChanges;
import dev.catchment.db.Tx;
import dev.catchment.json.Json;
import dev.catchment.log.StoredEvent;
import java.util.List;
import java.util.Map;

/**
 * Who put into words what happened. Called only while somebody listens.
 *
 * @param changes a teller for each kind of change that there is in this server
 * @param records words changes for those who follow a collection
 */
public record Tellers(OfEvents events, Map<Change, OfChanges> changes, OfRecords records) {
  /** A kind of thing whose changes are told. */
  public enum Change {
    /** Attempts, by environment; a mark is {@code p} (it begins) or {@code e} and the id. */
    DELIVERIES,
    /** Records, by {@link LiveRecords environment and collection}; a mark is the key. */
    RECORDS,
    /** Issues, by environment; a mark is the id. */
    ISSUES
  }

  /** Words events. */
  @FunctionalInterface
  public interface OfEvents {
    /** The same events, in the same order; those that are gone meanwhile may be left out. */
    List<News> tell(Tx tx, List<StoredEvent> events);
  }

  /** Words changes. */
  @FunctionalInterface
  public interface OfChanges {
    /**
     * The things as they are now; those that are gone are left out.
     *
     * @param of the environment, for records with the collection
     * @param marks at most {@link Changes#MARKS_MAX}
     */
    List<News> tell(Tx tx, String of, List<String> marks);
  }

  /** Words a change of a record for those who follow its collection. */
  @FunctionalInterface
  public interface OfRecords {
    /**
     * The message.
     *
     * @param cursor from which to go on after it
     */
    Json tell(CollectionRow collection, RecordChanges.Change change, String cursor);
  }
}
