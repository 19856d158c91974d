package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.feeds.Curation;
import dev.catchment.feeds.Feed;
import dev.catchment.feeds.Feeds;
import dev.catchment.feeds.Item;
import dev.catchment.feeds.ItemEdit;
import dev.catchment.feeds.ItemField;
import dev.catchment.feeds.ItemState;
import dev.catchment.feeds.Items;
import dev.catchment.feeds.Target;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Items in the management API: {@code /v1/feeds/{id}/items} and {@code /v1/feeds/{id}/order}. */
public final class FeedItemHandler {
  private static final int NOTE_LENGTH_MAX = 2_000;
  private static final String STATE_RULE = "must be one of: inbox, staging, live, rejected";
  private static final String POSITION_RULE = "must be top, bottom or an index from 0";

  private final Database database;
  private final Curation curation;
  private final FeedGate gate;

  /** A handler over one store. */
  public FeedItemHandler(Database database, Curation curation, FeedGate gate) {
    this.database = database;
    this.curation = curation;
    this.gate = gate;
  }

  /** Adds the routes. */
  public void register(Router router) {
    router
        .on("GET", "/v1/feeds/{id}/items", this::list)
        .on("POST", "/v1/feeds/{id}/items", this::create)
        .on("GET", "/v1/feeds/{id}/items/{item_id}", this::get)
        .on("PATCH", "/v1/feeds/{id}/items/{item_id}", this::edit)
        .on("DELETE", "/v1/feeds/{id}/items/{item_id}", this::delete)
        .on("POST", "/v1/feeds/{id}/items/{item_id}/move", this::move)
        .on("PUT", "/v1/feeds/{id}/order", this::order);
  }

  private static String feedId(Request request) {
    return FeedPaging.id(request.path("id"), "Feed");
  }

  private static String itemId(Request request) {
    return FeedPaging.id(request.path("item_id"), "Item");
  }

  private static Response answer(int status, Curation.Shown shown) {
    return Response.json(status, Json.object().put("item", FeedWire.item(shown)).build());
  }

  private Response list(Request request) {
    Scope scope = gate.of(request, FeedGate.Need.READ).scope();
    ItemFilter filter = ItemFilter.of(request.query());
    int limit = FeedPaging.limit(request.query(), ItemFilter.LIMIT_MAX);
    Items.Place after = FeedPaging.itemPlace(request.query());
    String feedId = feedId(request);
    return database.read(tx -> {
      Feed feed = Feeds.get(tx, scope, feedId);
      List<Item> found = filter.page(tx, feed, after, limit + 1);
      List<Item> items = found.subList(0, Math.min(limit, found.size()));
      boolean more = found.size() > limit;
      return Response.json(
          200,
          Json.object()
              .put("items", Json.array(rows(tx, feed, items)))
              .put("has_more", more)
              .put("next_cursor", more ? FeedPaging.cursor(Items.Place.of(items.getLast())) : null)
              .build());
    });
  }

  private static List<Json.Obj> rows(Tx tx, Feed feed, List<Item> items) {
    List<String> staging = ids(tx, feed, items, ItemState.STAGING);
    List<String> live = ids(tx, feed, items, ItemState.LIVE);
    return items.stream()
        .map(item -> {
          List<String> list = item.state() == ItemState.LIVE ? live : staging;
          Integer position = item.state().isVisible() ? (Integer) list.indexOf(item.id()) : null;
          return FeedWire.item(feed, item, position);
        })
        .toList();
  }

  private static List<String> ids(Tx tx, Feed feed, List<Item> items, ItemState state) {
    return items.stream().anyMatch(item -> item.state() == state)
        ? Items.order(tx, feed.id(), state)
        : List.of();
  }

  private Response create(Request request) {
    FeedGate.Pass pass = gate.of(request, FeedGate.Need.MODERATE);
    FeedBody body = FeedBody.of(request);
    body.refuse("voting");
    ItemState state =
        body.word(
                "state",
                text -> ItemState.find(text).filter(found -> found != ItemState.REJECTED),
                "must be one of: inbox, staging, live")
            .orElse(ItemState.STAGING);
    Target target = position(body);
    Boolean pinned = body.flag("pinned");
    String note = body.text("note", 0, NOTE_LENGTH_MAX, null);
    body.faults().check();
    Curation.Draft draft =
        new Curation.Draft(body.members(), state, target, pinned != null && pinned, note);
    return switch (curation.create(pass.scope(), feedId(request), draft, pass.actor())) {
      case Curation.Made.Applied applied -> answer(201, applied.shown());
      case Curation.Made.Accepted accepted ->
          Response.json(
              202,
              Json.object().put("item_id", accepted.itemId()).put("status", "accepted").build());
    };
  }

  private static @Nullable Target position(FeedBody body) {
    return switch (body.members().get("position")) {
      case null -> null;
      case Json.Null none -> null;
      case Json.Str word when word.value().equals("top") -> new Target.Top();
      case Json.Str word when word.value().equals("bottom") -> new Target.Bottom();
      case Json.Num number when number.text().matches("[0-9]{1,9}") ->
          new Target.Index(Integer.parseInt(number.text()));
      default -> {
        body.faults().add("position", POSITION_RULE);
        yield null;
      }
    };
  }

  private Response get(Request request) {
    Scope scope = gate.of(request, FeedGate.Need.READ).scope();
    return answer(200, curation.get(scope, feedId(request), itemId(request)));
  }

  private Response edit(Request request) {
    FeedGate.Pass pass = gate.of(request, FeedGate.Need.MODERATE);
    String itemId = itemId(request);
    FeedBody body = FeedBody.of(request);
    boolean known =
        Stream.concat(
                Arrays.stream(ItemField.values()).map(ItemField::wire),
                Stream.of("note", "pinned", "revert", "voting"))
            .anyMatch(body::has);
    if (!known) {
      throw Failure.invalid("No fields to update");
    }
    body.refuse("voting");
    body.text("note", 0, NOTE_LENGTH_MAX, null);
    List<ItemField> revert = revert(body);
    Boolean pinned = body.flag("pinned");
    Long version = body.version();
    body.faults().check();
    ItemEdit edit = new ItemEdit(body.members(), revert, pinned, version);
    return answer(200, curation.edit(pass.scope(), feedId(request), itemId, edit));
  }

  private static List<ItemField> revert(FeedBody body) {
    List<ItemField> fields = new ArrayList<>();
    if (!body.isGiven("revert")) {
      return fields;
    }
    if (body.members().get("revert") instanceof Json.Arr names) {
      for (Json name : names.items()) {
        Optional<ItemField> field =
            name instanceof Json.Str text ? ItemField.find(text.value()) : Optional.empty();
        field.ifPresentOrElse(
            fields::add, () -> body.faults().add("revert", "must name fields of an item"));
      }
    } else {
      body.faults().add("revert", "must be an array");
    }
    return fields;
  }

  private Response delete(Request request) {
    Scope scope = gate.of(request, FeedGate.Need.MODERATE).scope();
    curation.delete(scope, feedId(request), itemId(request));
    return Response.json(200, Json.object().put("success", true).build());
  }

  private Response move(Request request) {
    FeedGate.Pass pass = gate.of(request, FeedGate.Need.MODERATE);
    String itemId = itemId(request);
    FeedBody body = FeedBody.of(request);
    if (!body.has("state")) {
      body.faults().add("state", "is required");
    }
    Optional<ItemState> state = body.word("state", ItemState::find, STATE_RULE);
    Target target = position(body);
    String before = body.text("before", 1, 64, null);
    String after = body.text("after", 1, 64, null);
    if (Stream.of("position", "before", "after").filter(body::isGiven).count() > 1) {
      body.faults().add("position", "cannot be combined with before or after");
    }
    String reason = body.text("reason", 0, NOTE_LENGTH_MAX, null);
    Long version = body.version();
    body.faults().check();
    if (before != null) {
      target = new Target.Before(FeedPaging.id(before, "Item"));
    } else if (after != null) {
      target = new Target.After(FeedPaging.id(after, "Item"));
    }
    Curation.Move move = new Curation.Move(state.orElseThrow(), target, reason, version);
    return answer(200, curation.move(pass.scope(), feedId(request), itemId, move, pass.actor()));
  }

  private Response order(Request request) {
    Scope scope = gate.of(request, FeedGate.Need.MODERATE).scope();
    String feedId = feedId(request);
    FeedBody body = FeedBody.of(request);
    for (String name : List.of("state", "item_ids")) {
      if (!body.has(name)) {
        body.faults().add(name, "is required");
      }
    }
    Optional<ItemState> state =
        body.word(
            "state",
            text -> ItemState.find(text).filter(ItemState::isVisible),
            "must be one of: staging, live");
    List<String> ids = new ArrayList<>();
    if (body.members().get("item_ids") instanceof Json.Arr array) {
      for (Json id : array.items()) {
        if (id instanceof Json.Str text) {
          ids.add(FeedPaging.id(text.value(), "Item"));
        } else {
          body.faults().add("item_ids", "must hold texts");
        }
      }
    } else if (body.has("item_ids")) {
      body.faults().add("item_ids", "must be an array");
    }
    body.faults().check();
    Curation.Order order = curation.order(scope, feedId, state.orElseThrow(), ids);
    return Response.json(
        200,
        Json.object()
            .put("order", Json.texts(order.order()))
            .put("skipped", Json.texts(order.skipped()))
            .build());
  }
}
