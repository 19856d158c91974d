package dev.catchment.feeds;

import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.RecordChange;
import dev.catchment.collections.RecordListener;
import dev.catchment.collections.RecordRow;
import dev.catchment.db.Tx;
import dev.catchment.json.Json;
import dev.catchment.log.StoredEvent;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns changed records of a feed into items, in the transaction that changes the records. */
public final class FeedRecords implements RecordListener {
  private final FeedSettings.Limits limits;

  /** Items within these limits. */
  public FeedRecords(FeedSettings.Limits limits) {
    this.limits = limits;
  }

  @Override
  public void changed(
      Tx tx,
      CollectionRow collection,
      List<RecordChange> changes,
      Map<String, StoredEvent> events) {
    if (collection.identity().contentType() == null) {
      return;
    }
    LockedFeed.find(tx, collection.identity().scope(), collection.id())
        .ifPresent(locked -> {
          for (RecordChange change : changes) {
            apply(tx, locked, change, events);
          }
          locked.finish();
        });
  }

  private void apply(
      Tx tx, LockedFeed locked, RecordChange change, Map<String, StoredEvent> events) {
    String feedId = locked.feed().id();
    RecordRow record = change.after();
    Optional<Item> known = Items.findByKey(tx, feedId, record.key());
    if (record.deleted()) {
      known.ifPresent(item -> {
        Items.delete(tx, feedId, item.id());
        locked.moved(item.state(), null);
      });
    } else if (known.isPresent()) {
      if (change.before() == null || !change.before().data().equals(record.data())) {
        updated(tx, locked, known.get());
      }
    } else {
      StoredEvent event = events.get(record.version().sourceEventId());
      arrived(tx, locked, record, event == null ? new byte[0] : event.event().body());
    }
  }

  /** The data changed under an item; its state, rank and edits stay. */
  private static void updated(Tx tx, LockedFeed locked, Item item) {
    boolean seen = item.state().isVisible();
    Items.update(
        tx,
        locked.feed().id(),
        item.changed(
            item.place(),
            item.content(),
            item.decision(),
            new Item.Dates(
                item.times().createdAt(),
                seen ? locked.stamp() : item.times().modifiedAt(),
                tx.now(),
                item.times().stateChangedAt())));
    if (seen) {
      locked.markVisible();
    }
  }

  private void arrived(Tx tx, LockedFeed locked, RecordRow record, byte[] body) {
    HandMade.Start start = HandMade.start(body);
    Item.Place place =
        new FeedLists(tx, locked, limits)
            .arrival(start.state(), start.target(), start.pinned(), record.createdAt());
    Items.insert(
        tx,
        locked.feed().id(),
        new Item(
            record.id(),
            record.key(),
            place,
            1,
            new Item.Content(
                Json.object().build(),
                Json.object().build(),
                start.note(),
                record.version().sourceEventId()),
            new Item.Decision(start.actor(), null),
            new Item.Dates(record.createdAt(), locked.stamp(), tx.now(), tx.now())));
    locked.moved(null, place.state());
    locked.arrived(record.createdAt());
  }
}
