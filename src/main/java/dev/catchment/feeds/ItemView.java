package dev.catchment.feeds;

import dev.catchment.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an item says: the record's data under the edits, with what follows from the payload where
 * nobody gave it. Pure.
 *
 * @param publishedAt as on the wire
 * @param payload null in feeds of social posts
 */
public record ItemView(
    @Nullable String fullName,
    @Nullable String username,
    String source,
    String message,
    @Nullable String profileImageUrl,
    List<Media> media,
    String publishedAt,
    Json.@Nullable Obj payload,
    @Nullable String permalink) {

  /** A file of an item. */
  public record Media(String url, String type) {
    Json toJson() {
      return Json.object().put("mediaUrl", url).put("mediaType", type).build();
    }
  }

  static ItemView of(ContentType type, Json.Obj data, Json.Obj edits) {
    Map<String, Json> all = new LinkedHashMap<>(data.members());
    all.putAll(edits.members());
    Json.Obj fields = new Json.Obj(all);
    Json.Obj payload = fields.get("payload") instanceof Json.Obj object ? object : null;
    Derived derived = new Derived(type, payload == null ? Json.object().build() : payload);
    String source = fields.textOf("source", "DATA");
    return new ItemView(
        all.containsKey("fullName") ? fields.textOf("fullName") : derived.fullName(),
        username(source, fields.textOf("username")),
        source,
        all.containsKey("message") ? fields.textOf("message", "") : derived.message(),
        source.equals("WHATSAPP") ? null : fields.textOf("profileImageUrl"),
        all.containsKey("media") ? media(fields.get("media")) : derived.media(),
        fields.textOf("publishedAt", "1970-01-01T00:00:00.000Z"),
        type.hasPayload() ? payload : null,
        fields.textOf("permalink"));
  }

  /** Handles carry their {@code @} on the platforms that show it, and nowhere else. */
  private static @Nullable String username(String source, @Nullable String given) {
    if (given == null || given.isEmpty()) {
      return given;
    }
    return switch (source) {
      case "INSTAGRAM", "YOUTUBE" -> given.startsWith("@") ? given : "@" + given;
      case "FACEBOOK" -> given.startsWith("@") ? given.substring(1) : given;
      case "WHATSAPP", "RSS" -> null;
      default -> given;
    };
  }

  private static List<Media> media(@Nullable Json value) {
    return value instanceof Json.Arr array
        ? array.items().stream()
            .filter(Json.Obj.class::isInstance)
            .map(Json.Obj.class::cast)
            .map(entry -> new Media(entry.textOf("mediaUrl", ""), entry.textOf("mediaType", "")))
            .toList()
        : List.of();
  }
}
