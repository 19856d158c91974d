package dev.catchment.api;

import dev.catchment.base.Times;
import dev.catchment.feeds.Curation;
import dev.catchment.feeds.Feed;
import dev.catchment.feeds.Item;
import dev.catchment.feeds.ItemField;
import dev.catchment.feeds.ItemView;
import dev.catchment.json.Json;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of feeds and items as the management API writes them. */
final class FeedWire {
  private FeedWire() {}

  static Json.Obj feed(Feed feed, String base) {
    return Json.object()
        .put("id", feed.id())
        .put("org_id", feed.identity().scope().orgId())
        .put("env_id", feed.identity().scope().envId())
        .put("name", feed.identity().name())
        .put("slug", feed.identity().slug())
        .put("description", feed.identity().description())
        .put("content_type", feed.identity().type().name())
        .put("status", feed.identity().status().word())
        .put("default_action", "inbox")
        .put("insert_position", feed.settings().insertPosition().word())
        .put("when_full", feed.settings().whenFull().word())
        .put("live_max", feed.settings().liveMax())
        .put("staging_max", feed.settings().stagingMax())
        .put("on_source_delete", "remove")
        .put("media_mode", "link")
        .put("counts", counts(feed.counts()))
        .put("manual_source_id", feed.identity().manualSourceId())
        .put("pull_url", base + "/v1/collections/col_" + feed.id())
        .put("created_at", Times.format(feed.dates().createdAt()))
        .put("updated_at", Times.format(feed.dates().modifiedAt()))
        .put("last_item_at", time(feed.dates().lastItemAt()))
        .build();
  }

  private static Json counts(Feed.Counts counts) {
    return Json.object()
        .put("inbox", counts.inbox())
        .put("staging", counts.staging())
        .put("live", counts.live())
        .put("rejected", counts.rejected())
        .build();
  }

  private static @Nullable String time(@Nullable Long millis) {
    return millis == null ? null : Times.format(millis);
  }

  static Json.Obj item(Curation.Shown shown) {
    return item(shown.feed(), shown.item(), shown.position());
  }

  static Json.Obj item(Feed feed, Item item, @Nullable Integer position) {
    ItemView view = item.view(feed.identity().type());
    Json.ObjBuilder out =
        Json.object()
            .put("id", item.id())
            .put("feed_id", feed.id())
            .put("key", item.key())
            .put("state", item.state().word())
            .put("position", position == null ? Json.nil() : Json.of(position.longValue()))
            .put("pinned", item.place().pinned())
            .put("version", item.version())
            .put("full_name", view.fullName())
            .put("username", view.username())
            .put("source", view.source())
            .put("message", view.message())
            .put("profile_image_url", view.profileImageUrl())
            .put("media", Json.array(view.media().stream().map(FeedWire::media).toList()))
            .put("published_at", view.publishedAt())
            .put("payload", view.payload() == null ? Json.nil() : view.payload())
            .put("voting", Json.nil())
            .put("permalink", view.permalink());
    return curation(out, item).build();
  }

  private static Json.ObjBuilder curation(Json.ObjBuilder out, Item item) {
    List<String> flags = item.place().listFull() ? List.of("list_full") : List.of();
    return out.put("author_id", Json.nil())
        .put("language", Json.nil())
        .put("origin", "manual")
        .put("input_id", Json.nil())
        .put("source_event_id", item.content().sourceEventId())
        .put("edited_fields", Json.texts(edited(item)))
        .put("flags", Json.texts(flags))
        .put(
            "decided_by",
            Json.object()
                .put("actor_type", item.decision().actor().type())
                .put("actor_id", item.decision().actor().id())
                .put("reason", item.decision().reason())
                .build())
        .put("note", item.content().note())
        .put("created_at", Times.format(item.times().createdAt()))
        .put("updated_at", Times.format(item.times().updatedAt()))
        .put("state_changed_at", Times.format(item.times().stateChangedAt()));
  }

  private static List<String> edited(Item item) {
    return Arrays.stream(ItemField.values())
        .filter(field -> item.content().isEdited(field))
        .map(ItemField::wire)
        .toList();
  }

  private static Json.Obj media(ItemView.Media media) {
    return Json.object()
        .put("media_id", Json.nil())
        .put("url", media.url())
        .put("type", media.type())
        .put("status", "ready")
        .build();
  }
}
