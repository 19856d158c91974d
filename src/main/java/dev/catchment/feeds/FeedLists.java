package dev.catchment.feeds;

import dev.catchment.base.Failure;
import dev.catchment.db.Tx;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts items into the lists of a feed that this transaction holds. */
final class FeedLists {
  private final Tx tx;
  private final LockedFeed locked;
  private final int inboxMax;

  FeedLists(Tx tx, LockedFeed locked, FeedSettings.Limits limits) {
    this.tx = tx;
    this.locked = locked;
    this.inboxMax = limits.inboxMax();
  }

  /** How many items a state may hold. */
  static int max(Feed feed, ItemState state, int inboxMax) {
    return switch (state) {
      case INBOX -> inboxMax;
      case STAGING -> feed.settings().stagingMax();
      case LIVE -> feed.settings().liveMax();
      case REJECTED -> Integer.MAX_VALUE;
    };
  }

  /** {@code Live list is full (500 of 500)}. */
  static Failure full(ItemState state, int count, int max) {
    String name = state.word().substring(0, 1).toUpperCase(Locale.ROOT) + state.word().substring(1);
    return Failure.conflict(name + " list is full (" + count + " of " + max + ")");
  }

  /**
   * Makes room for one more item, by moving the last unpinned ones out where the feed says so.
   *
   * @return whether there is room
   */
  boolean makeRoom(ItemState state) {
    int max = max(locked.feed(), state, inboxMax);
    while (locked.count(state) >= max) {
      if (!state.isVisible() || locked.feed().settings().whenFull() != Feed.WhenFull.ROLL) {
        return false;
      }
      List<Slot> slots = Items.slots(tx, locked.feed().id(), state);
      if (slots.isEmpty() || slots.getLast().pinned()) {
        return false;
      }
      Item last = Items.get(tx, locked.feed().id(), slots.getLast().itemId());
      write(last, refused(last), new Item.Decision(Actor.system(), "rolled_off"));
    }
    return true;
  }

  private static Item.Place refused(Item item) {
    return new Item.Place(ItemState.REJECTED, false, -item.times().createdAt(), false);
  }

  /** The place at which a new item arrives; the inbox when its list is full. */
  Item.Place arrival(ItemState wanted, @Nullable Target target, boolean pinned, long createdAt) {
    if (!wanted.isVisible()) {
      return new Item.Place(wanted, false, -createdAt, false);
    }
    if (!makeRoom(wanted)) {
      return new Item.Place(ItemState.INBOX, false, -createdAt, true);
    }
    List<Slot> slots = Items.slots(tx, locked.feed().id(), wanted);
    return new Item.Place(wanted, pinned, rank(slots, pinned, target).rank(), false);
  }

  /**
   * Moves an item; nothing changes when it already stands there.
   *
   * @param target null for the usual place of arrivals
   */
  void move(Item item, ItemState to, @Nullable Target target, Item.Decision decision) {
    boolean enters = item.state() != to;
    if (!to.isVisible()) {
      if (target != null) {
        throw Failure.body("position", "needs the state staging or live");
      }
      if (enters) {
        enter(to);
        write(item, new Item.Place(to, false, -item.times().createdAt(), false), decision);
      }
      return;
    }
    if (enters) {
      enter(to);
    }
    List<Slot> slots = Items.slots(tx, locked.feed().id(), to);
    boolean pinned = !enters && item.place().pinned();
    List<Slot> others = slots.stream().filter(slot -> !slot.itemId().equals(item.id())).toList();
    Ranks.Placed placed = rank(others, pinned, target);
    if (enters || placed.index() != indexInGroup(slots, item)) {
      write(item, new Item.Place(to, pinned, placed.rank(), false), decision);
    }
  }

  private void enter(ItemState to) {
    if (!makeRoom(to)) {
      throw full(to, locked.count(to), max(locked.feed(), to, inboxMax));
    }
  }

  private static int indexInGroup(List<Slot> slots, Item item) {
    List<String> group =
        slots.stream()
            .filter(slot -> slot.pinned() == item.place().pinned())
            .map(Slot::itemId)
            .toList();
    return group.indexOf(item.id());
  }

  private Ranks.Placed rank(List<Slot> others, boolean pinned, @Nullable Target target) {
    Target usual =
        locked.feed().settings().insertPosition() == Feed.InsertPosition.TOP
            ? new Target.Top()
            : new Target.Bottom();
    Ranks.Placed placed = Ranks.place(others, pinned, Optional.ofNullable(target).orElse(usual));
    Items.rank(tx, locked.feed().id(), placed.others());
    return placed;
  }

  private void write(Item item, Item.Place place, Item.Decision decision) {
    boolean enters = item.state() != place.state();
    boolean seen = item.state().isVisible() || place.state().isVisible();
    Items.update(
        tx,
        locked.feed().id(),
        item.changed(
            place,
            item.content(),
            decision,
            new Item.Dates(
                item.times().createdAt(),
                seen ? locked.stamp() : item.times().modifiedAt(),
                tx.now(),
                enters ? tx.now() : item.times().stateChangedAt())));
    if (enters) {
      locked.moved(item.state(), place.state());
    } else {
      locked.markVisible();
    }
  }

  /**
   * Puts the named items of a list first, in that order.
   *
   * @return the whole list after it
   */
  List<String> order(ItemState state, List<String> first) {
    String feedId = locked.feed().id();
    List<Slot> before = Items.slots(tx, feedId, state);
    List<Slot> after = Ranks.ordered(before, first);
    List<String> moved = Ranks.moved(before, after);
    if (!moved.isEmpty()) {
      Map<String, Long> ranks = new LinkedHashMap<>();
      after.forEach(slot -> ranks.put(slot.itemId(), Ranks.GAP * ranks.size()));
      Items.rank(tx, feedId, ranks);
      Items.touch(tx, feedId, moved, locked.stamp());
      locked.markVisible();
    }
    return after.stream().map(Slot::itemId).toList();
  }
}
