package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.db.Tx;
import dev.catchment.feeds.Feed;
import dev.catchment.feeds.Item;
import dev.catchment.feeds.ItemState;
import dev.catchment.feeds.ItemView;
import dev.catchment.feeds.Items;
import dev.catchment.http.Query;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which items of a feed to list.
 *
 * @param search part of the message or of a name in lower case; null for all
 */
record ItemFilter(
    Set<ItemState> states,
    @Nullable String source,
    @Nullable String search,
    @Nullable String flag) {
  /** Rows a page at most, and rows read at once. */
  static final int LIMIT_MAX = 500;

  static ItemFilter of(Query query) {
    Set<ItemState> states = EnumSet.noneOf(ItemState.class);
    for (String word : query.first("state").orElse("inbox,staging,live,rejected").split(",")) {
      states.add(
          ItemState.find(word)
              .orElseThrow(
                  () -> Failure.query("state", "must be of: inbox, staging, live, rejected")));
    }
    return new ItemFilter(
        states,
        query.first("source").orElse(null),
        query.first("search").map(text -> text.toLowerCase(Locale.ROOT)).orElse(null),
        query.first("flag").orElse(null));
  }

  /** At most that many items behind a place. */
  List<Item> page(Tx tx, Feed feed, Items.@Nullable Place after, int max) {
    List<Item> found = new ArrayList<>();
    Items.Place place = after;
    while (found.size() < max) {
      List<Item> rows = Items.after(tx, feed.id(), place, LIMIT_MAX);
      for (Item item : rows) {
        if (found.size() < max && matches(feed, item)) {
          found.add(item);
        }
      }
      if (rows.size() < LIMIT_MAX) {
        break;
      }
      place = Items.Place.of(rows.getLast());
    }
    return found;
  }

  private boolean matches(Feed feed, Item item) {
    if (!states.contains(item.state())
        || (flag != null && !(item.place().listFull() && flag.equals("list_full")))) {
      return false;
    }
    if (source == null && search == null) {
      return true;
    }
    ItemView view = item.view(feed.identity().type());
    return (source == null || source.equals(view.source()))
        && (search == null
            || Stream.of(view.message(), view.fullName(), view.username())
                .anyMatch(text -> text != null && text.toLowerCase(Locale.ROOT).contains(search)));
  }
}
