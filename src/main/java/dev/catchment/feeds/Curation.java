package dev.catchment.feeds;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.collections.CollectionRow;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.log.EventLog;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What people do with items. Making and deleting are events of the feed's built-in source; all
 * other decisions are transactions that hold the feed's row. When a call returns, this node's
 * memory shows the change.
 */
public final class Curation {
  private static final long WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);

  private final Database database;
  private final EventLog log;
  private final Ids ids;
  private final InstantSource clock;
  private final FeedMemory memory;
  private final FeedSettings.Limits limits;

  /** Curation over one store. */
  public Curation(
      Database database,
      EventLog log,
      Ids ids,
      InstantSource clock,
      FeedMemory memory,
      FeedSettings.Limits limits) {
    this.database = database;
    this.log = log;
    this.ids = ids;
    this.clock = clock;
    this.memory = memory;
    this.limits = limits;
  }

  /**
   * A hand-made item.
   *
   * @param body members named as in the management API
   * @param target {@code Top}, {@code Bottom}, {@code Index}; null for the usual place of arrivals
   */
  public record Draft(
      Json.Obj body,
      ItemState state,
      @Nullable Target target,
      boolean pinned,
      @Nullable String note) {}

  /**
   * An item as it stands in its feed.
   *
   * @param position its index in its list; null in inbox and rejected
   */
  public record Shown(Feed feed, Item item, @Nullable Integer position) {}

  /** What became of a new item. */
  public sealed interface Made {
    /** It stands. */
    record Applied(Shown shown) implements Made {}

    /** It is stored and will stand soon. */
    record Accepted(String itemId) implements Made {}
  }

  /**
   * Makes an item: appends its event and waits at most two seconds until it stands.
   *
   * @throws Failure {@code NOT_FOUND}, {@code INVALID} with all faults, {@code CONFLICT} when the
   *     feed takes nothing or its list is full
   */
  public Made create(Scope scope, String feedId, Draft draft, Actor actor) {
    Feed feed = database.read(tx -> Feeds.get(tx, scope, feedId));
    Faults faults = new Faults();
    Json.Obj fields = ItemInput.fields(feed.identity().type(), draft.body(), faults);
    Json.Obj data = ItemInput.complete(feed.identity().type(), fields, clock.millis(), faults);
    if (draft.pinned() && !draft.state().isVisible()) {
      faults.add("pinned", "needs the state staging or live");
    }
    if (draft.target() != null && !draft.state().isVisible()) {
      faults.add("position", "needs the state staging or live");
    }
    faults.check();
    requireActive(feed);
    requireRoom(feed, draft.state());
    String itemId = ids.next();
    byte[] body =
        HandMade.made(
            itemId,
            data,
            new HandMade.Start(draft.state(), draft.target(), draft.pinned(), draft.note(), actor));
    append(feed, body, clock.millis());
    long left = WAIT_NANOS_MAX;
    while (true) {
      long seen = memory.arrivals().count();
      Optional<Shown> shown = database.read(tx -> find(tx, scope, feedId, itemId));
      if (shown.isPresent()) {
        memory.refresh(feedId);
        return new Made.Applied(shown.get());
      }
      left = memory.arrivals().await(seen, left);
      if (left <= 0) {
        return new Made.Accepted(itemId);
      }
    }
  }

  private static void requireActive(Feed feed) {
    if (feed.identity().status() != CollectionRow.Status.ACTIVE) {
      throw Failure.conflict("Feed is " + feed.identity().status().word());
    }
  }

  private void requireRoom(Feed feed, ItemState state) {
    int count =
        switch (state) {
          case INBOX -> feed.counts().inbox();
          case STAGING -> feed.counts().staging();
          case LIVE -> feed.counts().live();
          case REJECTED -> feed.counts().rejected();
        };
    int max = FeedLists.max(feed, state, limits.inboxMax());
    boolean rolls = state.isVisible() && feed.settings().whenFull() == Feed.WhenFull.ROLL;
    if (count >= max && !rolls) {
      throw FeedLists.full(state, count, max);
    }
  }

  private void append(Feed feed, byte[] body, long receivedAt) {
    Event event =
        new Event(
            ids.next(),
            feed.identity().scope(),
            feed.identity().manualSourceId(),
            new Event.RequestFacts(
                "POST", "{\"content-type\":\"application/json\"}", "{}", "application/json", null),
            body,
            receivedAt);
    try {
      log.append(event).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Failure failure) {
        throw failure;
      }
      throw e;
    }
  }

  private static Optional<Shown> find(Tx tx, Scope scope, String feedId, String itemId) {
    return Items.find(tx, feedId, itemId)
        .map(item -> shown(tx, Feeds.get(tx, scope, feedId), item));
  }

  private static Shown shown(Tx tx, Feed feed, Item item) {
    return new Shown(feed, item, Items.position(tx, feed.id(), item));
  }

  /** An item; throws {@code NOT_FOUND} for the feed or the item. */
  public Shown get(Scope scope, String feedId, String itemId) {
    return database.read(tx -> {
      Feed feed = Feeds.get(tx, scope, feedId);
      return shown(tx, feed, Items.get(tx, feedId, itemId));
    });
  }

  /** What is done to an item in a feed that the transaction holds. */
  private interface Deed {
    void on(Tx tx, LockedFeed locked, Item item);
  }

  private Shown change(
      Scope scope, String feedId, String itemId, @Nullable Long version, Deed deed) {
    Shown shown =
        database.write(tx -> {
          LockedFeed locked = LockedFeed.get(tx, scope, feedId);
          Item item = Items.get(tx, feedId, itemId);
          if (version != null && version != item.version()) {
            throw Failure.conflict("Item was changed by someone else");
          }
          deed.on(tx, locked, item);
          locked.finish();
          return shown(tx, locked.feed(), Items.get(tx, feedId, itemId));
        });
    memory.refresh(feedId);
    return shown;
  }

  /**
   * Where to move an item.
   *
   * @param target null for the usual place of arrivals
   * @param version the version the move is made against; null for any
   */
  public record Move(
      ItemState state, @Nullable Target target, @Nullable String reason, @Nullable Long version) {}

  /**
   * Moves an item to a state and a place. Where it already is nothing changes.
   *
   * @throws Failure {@code CONFLICT} when the list is full or the version is another
   */
  public Shown move(Scope scope, String feedId, String itemId, Move move, Actor actor) {
    return change(
        scope,
        feedId,
        itemId,
        move.version(),
        (tx, locked, item) -> {
          if (item.state() != move.state() || move.target() != null) {
            new FeedLists(tx, locked, limits)
                .move(item, move.state(), move.target(), new Item.Decision(actor, move.reason()));
          }
        });
  }

  /** Edits, pins and notes; see {@link ItemEdit}. */
  public Shown edit(Scope scope, String feedId, String itemId, ItemEdit edit) {
    return change(
        scope,
        feedId,
        itemId,
        edit.version(),
        (tx, locked, item) -> edit.apply(tx, locked, item, memory.rendering()));
  }

  /**
   * The whole list after an ordering.
   *
   * @param skipped the named items that are not in the list
   */
  public record Order(List<String> order, List<String> skipped) {}

  /** Puts the named items of a list first, in that order; pinned items stay in front. */
  public Order order(Scope scope, String feedId, ItemState state, List<String> first) {
    Order order =
        database.write(tx -> {
          LockedFeed locked = LockedFeed.get(tx, scope, feedId);
          List<String> all = new FeedLists(tx, locked, limits).order(state, first);
          locked.finish();
          return new Order(all, first.stream().distinct().filter(id -> !all.contains(id)).toList());
        });
    memory.refresh(feedId);
    return order;
  }

  /**
   * Deletes an item for good: its record by an event, so that a rebuild does the same, and at once
   * what readers see.
   */
  public void delete(Scope scope, String feedId, String itemId) {
    Shown shown = get(scope, feedId, itemId);
    requireActive(shown.feed());
    // A clock that stepped back must not make the deletion older than what it deletes.
    append(
        shown.feed(),
        HandMade.deleted(shown.item().key()),
        Math.max(clock.millis(), shown.item().times().createdAt()));
    database.write(tx -> {
      LockedFeed locked = LockedFeed.get(tx, scope, feedId);
      Items.find(tx, feedId, itemId)
          .ifPresent(item -> {
            Items.delete(tx, feedId, itemId);
            locked.moved(item.state(), null);
          });
      locked.finish();
      return true;
    });
    memory.refresh(feedId);
  }
}
