package dev.catchment.feeds;

import dev.catchment.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The base fields of a typed item that follow from its payload. Pure. */
record Derived(ContentType type, Json.Obj payload) {

  @Nullable String fullName() {
    return switch (type) {
      case FOOTBALL_PLAYER,
          FOOTBALL_TEAM,
          FOOTBALL_COMPETITION,
          SQUASH_PLAYER,
          SQUASH_COMPETITION,
          SQUASH_TOURNAMENT ->
          payload.textOf("name");
      case TEXT -> payload.textOf("speaker");
      default -> null;
    };
  }

  String message() {
    return switch (type) {
      case SOCIAL_POST, TEXT -> "";
      case POLL -> payload.textOf("question", "");
      case QR_CODE -> payload.textOf("label", "");
      case MEDIA ->
          Stream.of("caption", "title")
              .map(name -> payload.textOf(name, ""))
              .filter(text -> !text.isEmpty())
              .findFirst()
              .orElse("");
      case FOOTBALL_MATCH -> footballMatch();
      case SQUASH_MATCH -> squashMatch();
      case SQUASH_BRACKET -> payload.textOf("draw", "");
      default -> payload.textOf("name", "");
    };
  }

  List<ItemView.Media> media() {
    return Stream.of("imageUrl", "crestUrl", "logoUrl")
        .map(name -> payload.textOf(name))
        .flatMap(Stream::ofNullable)
        .flatMap(url -> Texts.typeOf(url).map(found -> new ItemView.Media(url, found)).stream())
        .toList();
  }

  private String footballMatch() {
    Json.Obj home = object(payload, "home");
    Json.Obj away = object(payload, "away");
    Optional<String> score =
        number(home, "score").flatMap(h -> number(away, "score").map(a -> " " + h + "-" + a + " "));
    return shortName(object(home, "team")) + score.orElse(" v ") + shortName(object(away, "team"));
  }

  private String squashMatch() {
    Json.Obj a = object(payload, "sideA");
    Json.Obj b = object(payload, "sideB");
    String games =
        payload.get("games") instanceof Json.Arr array
            ? array.items().stream()
                .filter(Json.Obj.class::isInstance)
                .map(Json.Obj.class::cast)
                .map(game -> number(game, "a").orElse("0") + "-" + number(game, "b").orElse("0"))
                .collect(Collectors.joining(" "))
            : "";
    return shortName(object(a, "player"))
        + " "
        + number(a, "games").orElse("0")
        + "-"
        + number(b, "games").orElse("0")
        + " "
        + shortName(object(b, "player"))
        + (games.isEmpty() ? "" : " (" + games + ")");
  }

  private static String shortName(Json.Obj ref) {
    String name = ref.textOf("shortName", "");
    return name.isEmpty() ? ref.textOf("name", "") : name;
  }

  private static Json.Obj object(Json.Obj from, String name) {
    return from.get(name) instanceof Json.Obj object ? object : Json.object().build();
  }

  private static Optional<String> number(Json.Obj from, String name) {
    return from.get(name) instanceof Json.Num number
        ? Optional.of(number.text())
        : Optional.empty();
  }
}
