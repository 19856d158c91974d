package dev.catchment.feeds;

import dev.catchment.base.Times;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the body of a feed: compact JSON with the members in the order of the contract. Pure; the
 * same feed gives the same bytes.
 *
 * @param payload whether typed items carry their payload
 */
record Rendering(boolean payload) {
  /** Raise it when bodies come out otherwise for the same feed. */
  private static final int EDITION = 1;

  /** Changes when the same feed would now be rendered otherwise. */
  String fingerprint() {
    return EDITION + ":payload=" + payload;
  }

  byte[] body(Feed feed, List<Item> items) {
    List<Json> staging = new ArrayList<>();
    List<Json> live = new ArrayList<>();
    for (Item item : items) {
      (item.state() == ItemState.LIVE ? live : staging).add(item(feed.identity().type(), item));
    }
    return Json.object()
        .put("id", "col_" + feed.id())
        .put("name", feed.identity().name())
        .put("contentType", feed.identity().type().name())
        .put("stagingContentCount", staging.size())
        .put("liveContentCount", live.size())
        .put("createdDate", Times.format(feed.dates().createdAt()))
        .put("lastModifiedDate", Times.format(feed.dates().modifiedAt()))
        .put("stagingContents", Json.array(staging))
        .put("liveContents", Json.array(live))
        .build()
        .bytes();
  }

  /** What readers see of an item. */
  Json item(ContentType type, Item item) {
    ItemView view = item.view(type);
    Json.ObjBuilder out =
        Json.object()
            .put("id", "rec_" + item.id())
            .put("fullName", view.fullName())
            .put("username", view.username())
            .put("source", view.source())
            .put("message", view.message())
            .put("profileImageUrl", view.profileImageUrl())
            .put("media", Json.array(view.media().stream().map(ItemView.Media::toJson).toList()))
            .put("publishedAt", view.publishedAt())
            .put("lastModifiedDate", Times.format(item.times().modifiedAt()));
    if (payload && type.hasPayload()) {
      out.put("payload", view.payload() == null ? Json.object().build() : view.payload());
    }
    return out.build();
  }
}
