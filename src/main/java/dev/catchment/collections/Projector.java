package dev.catchment.collections;

import dev.catchment.base.Ids;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Tx;
import dev.catchment.log.Cursor;
import dev.catchment.log.Cursors;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import dev.catchment.worker.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the log and keeps every active collection up to date: records, counts, whatever the
 * listener adds, and the cursor move in one transaction.
 */
public final class Projector implements Step {
  private static final int EVENTS_MAX = 1_000;
  private static final long OTHER_NODE_MILLIS = 5_000;

  private final Database database;
  private final EventLog log;
  private final Cursors cursors;
  private final Ids ids;
  private final RecordListener listener;

  /** A projector over one store. */
  public Projector(
      Database database, EventLog log, Cursors cursors, Ids ids, RecordListener listener) {
    this.database = database;
    this.log = log;
    this.cursors = cursors;
    this.ids = ids;
    this.listener = listener;
  }

  @Override
  public Next step() {
    Optional<Cursor> claimed = cursors.claim(Collections.READER);
    if (claimed.isEmpty()) {
      return Step.at(database.read(Tx::now) + OTHER_NODE_MILLIS);
    }
    Cursor cursor = claimed.get();
    List<StoredEvent> events = log.readAfter(cursor.position(), EVENTS_MAX);
    if (!events.isEmpty()) {
      try {
        apply(cursor, events);
      } catch (Cursors.Overtaken e) {
        // A collection changed, or another node took over: the same events are folded afresh.
        return Step.again();
      }
      // Those behind come nearer even while the log never ends.
      long reached = events.getLast().position();
      catchUp(new Cursor(cursor.name(), reached, cursor.claimNumber()));
      return Step.again();
    }
    return catchUp(cursor) ? Step.again() : Step.whenWoken();
  }

  private void apply(Cursor cursor, List<StoredEvent> events) {
    List<String> sources =
        events.stream().map(stored -> stored.event().sourceId()).distinct().toList();
    List<Batch> batches = new ArrayList<>();
    for (CollectionRow collection : database.read(tx -> Collections.following(tx, sources))) {
      batches.add(fold(collection, events));
    }
    database.write(
        Durability.DERIVED,
        tx -> {
          cursors.move(tx, cursor, events.getLast().position());
          batches.forEach(batch -> write(tx, batch));
          return true;
        });
  }

  private Batch fold(CollectionRow collection, List<StoredEvent> events) {
    Batch batch = new Batch(collection);
    for (StoredEvent event : events) {
      if (event.event().sourceId().equals(collection.identity().sourceId())
          && event.position() > collection.progress().startPosition()) {
        batch.add(event);
      }
    }
    Map<String, RecordRow> rows =
        database.read(tx -> Records.byKey(tx, collection.id(), batch.keys()));
    batch.apply(rows, ids);
    return batch;
  }

  private void write(Tx tx, Batch batch) {
    if (batch.counts().isNothing()) {
      return;
    }
    CollectionRow collection = batch.collection();
    List<RecordChange> changes = batch.changes();
    Records.write(tx, collection, changes);
    Collections.count(tx, collection, batch.counts());
    if (!changes.isEmpty()) {
      listener.changed(tx, collection, changes, batch.events());
      tx.notify(Channel.RECORDS, collection.id());
    }
  }

  /**
   * Brings a collection that came back from a pause one batch nearer to the others.
   *
   * @return whether there was one
   */
  private boolean catchUp(Cursor cursor) {
    Optional<CollectionRow> found = database.read(Collections::behind);
    if (found.isEmpty()) {
      return false;
    }
    CollectionRow collection = found.get();
    long from = collection.progress().reached();
    List<StoredEvent> events =
        log.readAfter(from, EVENTS_MAX).stream()
            .filter(event -> event.position() <= cursor.position())
            .toList();
    Batch batch = fold(collection, events);
    long reached = events.isEmpty() ? cursor.position() : events.getLast().position();
    try {
      database.write(
          Durability.DERIVED,
          tx -> {
            // Standing still, the cursor still proves that nothing has changed since the fold.
            cursors.move(tx, cursor, cursor.position());
            write(tx, batch);
            return tx.update(
                "UPDATE collections SET catch_up_position = ? WHERE id = ?",
                reached >= cursor.position() ? null : (Long) reached,
                collection.id());
          });
    } catch (Cursors.Overtaken e) {
      return true;
    }
    return true;
  }
}
