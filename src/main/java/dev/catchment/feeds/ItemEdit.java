package dev.catchment.feeds;

import dev.catchment.base.Failure;
import dev.catchment.db.Tx;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A person's edit. It is kept beside the record's data, field by field, and wins for readers.
 *
 * @param body fields named as in the management API, and {@code note}
 * @param revert fields whose edits are dropped
 * @param pinned null to leave it
 * @param version the version the edit is made against; null for any
 */
public record ItemEdit(
    Json.Obj body, List<ItemField> revert, @Nullable Boolean pinned, @Nullable Long version) {

  void apply(Tx tx, LockedFeed locked, Item item, Rendering rendering) {
    ContentType type = locked.feed().identity().type();
    Item.Content content = content(type, item);
    Item.Place place = place(item);
    boolean repinned = place.pinned() != item.place().pinned();
    if (content.equals(item.content()) && !repinned) {
      return;
    }
    Item edited = item.changed(place, content, item.decision(), item.times());
    boolean seen =
        item.state().isVisible()
            && (!rendering.item(type, edited).equals(rendering.item(type, item))
                || (repinned && reorders(tx, locked, edited)));
    Items.update(
        tx,
        locked.feed().id(),
        item.changed(
            place,
            content,
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

  private Item.Content content(ContentType type, Item item) {
    Faults faults = new Faults();
    Json.Obj fields = ItemInput.fields(type, body, faults);
    faults.check();
    Map<String, Json> edits = new LinkedHashMap<>(item.content().edits().members());
    revert.forEach(field -> edits.remove(field.key()));
    fields
        .members()
        .forEach((name, value) -> {
          if (value.equals(item.content().data().get(name))) {
            edits.remove(name);
          } else {
            edits.put(name, value);
          }
        });
    return new Item.Content(
        item.content().data(), new Json.Obj(edits), note(item), item.content().sourceEventId());
  }

  private @Nullable String note(Item item) {
    return switch (body.get("note")) {
      case null -> item.content().note();
      case Json.Str text -> Texts.clean(text.value());
      case Json.Null none -> null;
      default -> throw Failure.body("note", "must be a text");
    };
  }

  private Item.Place place(Item item) {
    if (pinned == null || pinned == item.place().pinned()) {
      return item.place();
    }
    if (!item.state().isVisible()) {
      throw Failure.body("pinned", "needs the state staging or live");
    }
    return new Item.Place(item.state(), pinned, item.place().rank(), false);
  }

  private static boolean reorders(Tx tx, LockedFeed locked, Item edited) {
    List<Slot> before = Items.slots(tx, locked.feed().id(), edited.state());
    List<Slot> after = new ArrayList<>(before);
    after.replaceAll(slot ->
        slot.itemId().equals(edited.id())
            ? new Slot(slot.itemId(), edited.place().pinned(), slot.rank())
            : slot);
    after.sort(
        Comparator.comparing((Slot slot) -> !slot.pinned())
            .thenComparingLong(Slot::rank)
            .thenComparing(Slot::itemId));
    return !before.stream()
        .map(Slot::itemId)
        .toList()
        .equals(after.stream().map(Slot::itemId).toList());
  }
}
