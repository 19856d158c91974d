package dev.catchment.feeds;

import dev.catchment.base.Failure;
import dev.catchment.collections.CollectionOptions;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.Collections;
import dev.catchment.expr.BodyPath;
import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The events of a feed's built-in source: {@code {"key", "item": {…}, "curation": {…}}} makes an
 * item, {@code {"key", "deleted": true}} removes it. A rebuild reads them again.
 */
final class HandMade {
  private HandMade() {}

  /**
   * How a new item is to be curated.
   *
   * @param target null for the usual place of arrivals
   */
  record Start(
      ItemState state,
      @Nullable Target target,
      boolean pinned,
      @Nullable String note,
      Actor actor) {}

  /** How a feed folds these events. */
  static CollectionRow.FoldSpec fold(CollectionRow.Status status) {
    Json.Obj options =
        Json.object()
            .put(
                "delete_when",
                Json.array(
                    Json.object()
                        .put("field", "body.deleted")
                        .put("op", "eq")
                        .put("value", true)
                        .build()))
            .put("data_path", "item")
            .build();
    return new CollectionRow.FoldSpec(
        BodyPath.parse("key", "primary_key_path"),
        null,
        CollectionOptions.none().merged(options),
        status);
  }

  static String key(String itemId) {
    return Collections.HAND_MADE_KEY + itemId;
  }

  static byte[] made(String itemId, Json.Obj data, Start start) {
    Json.ObjBuilder curation = Json.object().put("state", start.state().word());
    switch (start.target()) {
      case null -> {}
      case Target.Top top -> curation.put("position", "top");
      case Target.Bottom bottom -> curation.put("position", "bottom");
      case Target.Index at -> curation.put("position", at.index());
      case Target.Before before ->
          throw Failure.body("position", "must be top, bottom or an index");
      case Target.After after -> throw Failure.body("position", "must be top, bottom or an index");
    }
    curation
        .put("pinned", start.pinned())
        .put("note", start.note())
        .put("actor_type", start.actor().type())
        .put("actor_id", start.actor().id());
    return Json.object()
        .put("key", key(itemId))
        .put("item", data)
        .put("curation", curation.build())
        .build()
        .bytes();
  }

  static byte[] deleted(String key) {
    return Json.object().put("key", key).put("deleted", true).build().bytes();
  }

  /** What an event says about the start of its item; the inbox when it says nothing. */
  static Start start(byte[] body) {
    Json.Obj curation =
        Json.parse(new String(body, StandardCharsets.UTF_8)).orElse(Json.nil())
                    instanceof Json.Obj o
                && o.get("curation") instanceof Json.Obj inner
            ? inner
            : Json.object().build();
    String type = curation.textOf("actor_type");
    String state = curation.textOf("state");
    return new Start(
        ItemState.find(state == null ? "" : state).orElse(ItemState.INBOX),
        switch (curation.get("position")) {
          case Json.Str word when word.value().equals("top") -> new Target.Top();
          case Json.Str word -> new Target.Bottom();
          case Json.Num number -> new Target.Index(number.value().intValue());
          case null, default -> null;
        },
        curation.get("pinned") instanceof Json.Bool pinned && pinned.value(),
        curation.textOf("note"),
        type == null ? Actor.system() : new Actor(type, curation.textOf("actor_id")));
  }
}
