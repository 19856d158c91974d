package dev.catchment.feeds;

import dev.catchment.base.Failure;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table of items, always read together with their records. */
public final class Items {
  static final String COLUMNS =
      """
      i.item_id, i.record_key, i.list, i.unpinned, i.rank, i.version, i.edits, i.list_full, i.note,
      i.actor_type, i.actor_id, i.reason, i.created_at AS i_created_at,
      i.modified_at AS i_modified_at, i.updated_at AS i_updated_at, i.state_changed_at, r.data,
      r.source_event_id
      """;

  private static final String SELECT =
      "SELECT "
          + COLUMNS
          + " FROM feed_items i JOIN collections c ON c.id = i.collection_id"
          + " JOIN records r ON r.generation = c.generation AND r.record_key = i.record_key"
          + " WHERE i.collection_id = ? ";

  private Items() {}

  /** A place in the order of a feed's items: by state, then as in the list. */
  public record Place(int list, boolean pinned, long rank, String id) {
    /** The place of an item. */
    public static Place of(Item item) {
      return new Place(
          item.state().number(), item.place().pinned(), item.place().rank(), item.id());
    }
  }

  /** The item of that id. */
  public static Optional<Item> find(Tx tx, String feedId, String itemId) {
    return tx.find(SELECT + "AND i.item_id = ?", Items::row, feedId, itemId);
  }

  /** The item of that id; throws {@code NOT_FOUND} when there is none in the feed. */
  public static Item get(Tx tx, String feedId, String itemId) {
    return find(tx, feedId, itemId).orElseThrow(() -> Failure.notFound("Item"));
  }

  static Optional<Item> findByKey(Tx tx, String feedId, String key) {
    return tx.find(SELECT + "AND i.record_key = ?", Items::row, feedId, key);
  }

  /** At most that many items behind a place, in list order. */
  public static List<Item> after(Tx tx, String feedId, @Nullable Place after, int max) {
    StringBuilder sql = new StringBuilder(SELECT);
    List<@Nullable Object> args = new ArrayList<>(List.of(feedId));
    if (after != null) {
      sql.append("AND (i.list, i.unpinned, i.rank, i.item_id) > (?, ?, ?, ?) ");
      args.addAll(List.of(after.list(), !after.pinned(), after.rank(), after.id()));
    }
    sql.append("ORDER BY i.list, i.unpinned, i.rank, i.item_id LIMIT ?");
    args.add(max);
    return tx.list(sql.toString(), Items::row, args.toArray());
  }

  /** The items of one list in order, as places alone. */
  static List<Slot> slots(Tx tx, String feedId, ItemState state) {
    return tx.list(
        """
        SELECT item_id, unpinned, rank FROM feed_items WHERE collection_id = ? AND list = ?
         ORDER BY unpinned, rank, item_id
        """,
        row -> new Slot(row.string("item_id"), !row.flag("unpinned"), row.number("rank")),
        feedId,
        state.number());
  }

  /** The ids of one list in order. */
  public static List<String> order(Tx tx, String feedId, ItemState state) {
    return slots(tx, feedId, state).stream().map(Slot::itemId).toList();
  }

  /** The index of an item in its list; null in inbox and rejected. */
  public static @Nullable Integer position(Tx tx, String feedId, Item item) {
    return item.state().isVisible()
        ? (Integer)
            Math.toIntExact(
                tx.number(
                    """
                    SELECT COUNT(*) AS n FROM feed_items WHERE collection_id = ? AND list = ?
                       AND (unpinned, rank, item_id) < (?, ?, ?)
                    """,
                    feedId,
                    item.state().number(),
                    !item.place().pinned(),
                    item.place().rank(),
                    item.id()))
        : null;
  }

  static void insert(Tx tx, String feedId, Item item) {
    tx.update(
        """
        INSERT INTO feed_items (collection_id, record_key, item_id, list, unpinned, rank, version,
          edits, list_full, note, actor_type, actor_id, reason, created_at, modified_at,
          updated_at, state_changed_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        feedId,
        item.key(),
        item.id(),
        item.state().number(),
        !item.place().pinned(),
        item.place().rank(),
        item.version(),
        item.content().edits().text(),
        item.place().listFull(),
        item.content().note(),
        item.decision().actor().type(),
        item.decision().actor().id(),
        item.decision().reason(),
        item.times().createdAt(),
        item.times().modifiedAt(),
        item.times().updatedAt(),
        item.times().stateChangedAt());
  }

  static void update(Tx tx, String feedId, Item item) {
    tx.update(
        """
        UPDATE feed_items SET list = ?, unpinned = ?, rank = ?, version = ?, edits = ?,
          list_full = ?, note = ?, actor_type = ?, actor_id = ?, reason = ?, modified_at = ?,
          updated_at = ?, state_changed_at = ?
         WHERE collection_id = ? AND item_id = ?
        """,
        item.state().number(),
        !item.place().pinned(),
        item.place().rank(),
        item.version(),
        item.content().edits().text(),
        item.place().listFull(),
        item.content().note(),
        item.decision().actor().type(),
        item.decision().actor().id(),
        item.decision().reason(),
        item.times().modifiedAt(),
        item.times().updatedAt(),
        item.times().stateChangedAt(),
        feedId,
        item.id());
  }

  /** Gives items new ranks, which by itself nobody sees. */
  static void rank(Tx tx, String feedId, Map<String, Long> ranks) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    ranks.forEach((id, rank) -> rows.add(new @Nullable Object[] {rank, feedId, id}));
    tx.batch("UPDATE feed_items SET rank = ? WHERE collection_id = ? AND item_id = ?", rows);
  }

  /** Marks items as changed for readers. */
  static void touch(Tx tx, String feedId, List<String> ids, long stamp) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    ids.forEach(id -> rows.add(new @Nullable Object[] {stamp, tx.now(), feedId, id}));
    tx.batch(
        """
        UPDATE feed_items SET version = version + 1, modified_at = ?, updated_at = ?
         WHERE collection_id = ? AND item_id = ?
        """,
        rows);
  }

  static void delete(Tx tx, String feedId, String itemId) {
    tx.update("DELETE FROM feed_items WHERE collection_id = ? AND item_id = ?", feedId, itemId);
  }

  static Item row(Row row) {
    return new Item(
        row.string("item_id"),
        row.string("record_key"),
        new Item.Place(
            ItemState.of(row.integer("list")),
            !row.flag("unpinned"),
            row.number("rank"),
            row.flag("list_full")),
        row.number("version"),
        new Item.Content(
            Json.read(row.string("data")) instanceof Json.Obj data ? data : Json.object().build(),
            (Json.Obj) Json.read(row.string("edits")),
            row.find("note"),
            row.string("source_event_id")),
        new Item.Decision(
            new Actor(row.string("actor_type"), row.find("actor_id")), row.find("reason")),
        new Item.Dates(
            row.number("i_created_at"),
            row.number("i_modified_at"),
            row.number("i_updated_at"),
            row.number("state_changed_at")));
  }
}
