package dev.catchment.collections;

import dev.catchment.base.Ids;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.log.Cursor;
import dev.catchment.log.Cursors;
import dev.catchment.log.EventLog;
import dev.catchment.log.LogReader;
import dev.catchment.log.StoredEvent;
import dev.catchment.worker.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the log and keeps every active collection up to date: records, counts, whatever the
 * listener adds, and the cursor move in one transaction.
 */
public final class Projector implements Step {
  private static final int EVENTS_MAX = 1_000;
  private static final int SOURCES_KEPT_MAX = 10_000;
  private static final long OTHER_NODE_MILLIS = 5_000;

  /** Records lie all over their table: the more change in one commit, the fewer pages it writes. */
  private static final int EVENTS_PER_REST_MILLI = 4;

  private static final long REST_MILLIS_MAX = 25;

  private final Database database;
  private final EventLog log;
  private final Cursors cursors;
  private final Ids ids;
  private final DataExpressions expressions;
  private final RecordListener listener;
  private final LogReader reader;

  /** By source; as good as the claim under which it was read. */
  private final Map<String, List<CollectionRow>> following = new HashMap<>();

  private boolean somebodyBehind = true;

  /** A projector over one store. */
  public Projector(
      Database database,
      EventLog log,
      Cursors cursors,
      Ids ids,
      DataExpressions expressions,
      RecordListener listener) {
    this.database = database;
    this.log = log;
    this.cursors = cursors;
    this.ids = ids;
    this.expressions = expressions;
    this.listener = listener;
    this.reader = new LogReader(database, cursors, Collections.READER);
    database.listen(Channel.COLLECTIONS, any -> reader.lookAgain());
  }

  @Override
  public synchronized Next step() {
    Optional<LogReader.Turn> turn = reader.turn();
    if (turn.isEmpty()) {
      return Step.at(database.now() + OTHER_NODE_MILLIS);
    }
    if (turn.get().fresh()) {
      following.clear();
      somebodyBehind = true;
    }
    List<StoredEvent> events = log.readAfter(turn.get().reached(), EVENTS_MAX);
    try {
      boolean cut = !events.isEmpty() && apply(turn.get().cursor(), events) < events.size();
      // Those behind come nearer even while the log never ends.
      boolean more = somebodyBehind && catchUp();
      if (more || cut || events.size() == EVENTS_MAX) {
        return Step.again();
      }
      if (!events.isEmpty()) {
        return Step.gather(events.size(), EVENTS_PER_REST_MILLI, REST_MILLIS_MAX);
      }
    } catch (Cursors.Overtaken e) {
      // A collection changed, or another node took over: the same events are folded afresh.
      reader.overtaken();
      return Step.again();
    }
    return reader.save().map(Step::at).orElse(Step.whenWoken());
  }

  /** Applies as many of the events as can be folded in time, and says how many. */
  private int apply(Cursor cursor, List<StoredEvent> events) {
    Folded folded = fold(following(events), events);
    long position = events.get(folded.looked() - 1).position();
    if (folded.batches().isEmpty()) {
      reader.skipped(position);
      return folded.looked();
    }
    reader.moved(
        database.write(
            Durability.DERIVED,
            tx -> {
              Cursor moved = cursors.move(tx, cursor, position);
              folded.batches().forEach(batch -> BatchWriter.write(tx, batch, ids, listener));
              return moved;
            }));
    return folded.looked();
  }

  /** The collections that follow the sources of these events. */
  private List<CollectionRow> following(List<StoredEvent> events) {
    List<String> sources =
        events.stream().map(stored -> stored.event().sourceId()).distinct().toList();
    List<String> unknown = sources.stream().filter(id -> !following.containsKey(id)).toList();
    if (!unknown.isEmpty()) {
      if (following.size() > SOURCES_KEPT_MAX) {
        following.clear();
        return following(events);
      }
      unknown.forEach(id -> following.put(id, new ArrayList<>()));
      for (CollectionRow row : database.read(tx -> Collections.following(tx, unknown))) {
        following.computeIfAbsent(row.identity().sourceId(), id -> new ArrayList<>()).add(row);
      }
    }
    return sources.stream().flatMap(id -> following.getOrDefault(id, List.of()).stream()).toList();
  }

  /**
   * What events mean to collections.
   *
   * @param batches those that have something to write
   * @param looked how many of the events were looked at, from the first; at least one
   */
  private record Folded(List<Batch> batches, int looked) {}

  private Folded fold(List<CollectionRow> collections, List<StoredEvent> events) {
    List<Batch> batches =
        collections.stream().map(collection -> new Batch(collection, expressions)).toList();
    int looked = 0;
    long since = database.now();
    for (StoredEvent event : events) {
      // A slow expression must not outlast the lease.
      if (looked > 0 && database.now() - since > Pieces.FOLD_MILLIS_MAX) {
        break;
      }
      looked++;
      boolean taken = false;
      for (Batch batch : event.event().isDuplicate() ? List.<Batch>of() : batches) {
        CollectionRow collection = batch.collection();
        if (event.event().sourceId().equals(collection.identity().sourceId())
            && event.position() > collection.progress().startPosition()) {
          batch.add(event);
          taken = true;
        }
      }
      if (taken) {
        event.forgetView();
      }
    }
    return new Folded(batches.stream().filter(batch -> !batch.isEmpty()).toList(), looked);
  }

  /**
   * Brings a collection that came back from a pause one batch nearer to the others.
   *
   * @return whether there was one
   */
  private boolean catchUp() {
    // The claim first: what is read after it is as good as it.
    Optional<LogReader.Turn> claimed = reader.turn();
    if (claimed.isEmpty()) {
      return false;
    }
    LogReader.Turn turn = claimed.get();
    if (turn.fresh()) {
      following.clear();
    }
    Optional<CollectionRow> found = database.read(Collections::behind);
    if (found.isEmpty()) {
      somebodyBehind = false;
      return false;
    }
    CollectionRow collection = found.get();
    long end = turn.reached();
    long from = collection.progress().reached();
    List<StoredEvent> events =
        log.readAfter(from, EVENTS_MAX).stream().filter(event -> event.position() <= end).toList();
    Folded folded = fold(List.of(collection), events);
    long reached = events.isEmpty() ? end : events.get(folded.looked() - 1).position();
    reader.moved(
        database.write(
            Durability.DERIVED,
            tx -> {
              // Even standing still, the cursor proves that nothing has changed since the fold.
              Cursor moved = cursors.move(tx, turn.cursor(), end);
              folded.batches().forEach(batch -> BatchWriter.write(tx, batch, ids, listener));
              tx.update(
                  "UPDATE collections SET catch_up_position = ? WHERE id = ?",
                  reached >= end ? null : (Long) reached,
                  collection.id());
              return moved;
            }));
    if (reached >= end) {
      // It follows with the others from here on.
      following.clear();
    }
    return true;
  }
}
