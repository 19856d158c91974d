package dev.catchment.api;

import dev.catchment.json.Json;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code auth_type} and {@code auth_config}.
 *
 * @param type {@code none}, {@code bearer}, {@code basic}, {@code api_key} or {@code
 *     oauth2_client_credentials}
 * @param config what the type needs; null for none
 */
record AuthInput(String type, Json.@Nullable Obj config) {
  private static final String OAUTH2 = "oauth2_client_credentials";
  private static final String TYPE = "auth_type";
  private static final String CONFIG = "auth_config";
  private static final List<String> TYPES = List.of("none", "bearer", "basic", "api_key", OAUTH2);

  /** What the body says, beside what is stored. */
  static AuthInput read(
      Input input, String oldType, Json.@Nullable Obj stored, BiConsumer<String, String> checkUrl) {
    String type = input.word(TYPE, TYPES, oldType);
    Json.Obj given = input.object(CONFIG, stored);
    if (type.equals("none")) {
      // Nobody would use the secrets, so they are not kept.
      return new AuthInput(type, null);
    }
    if (!input.has(TYPE) && !input.has(CONFIG)) {
      return new AuthInput(type, stored);
    }
    Json.Obj config =
        Masks.keepConfig(CONFIG, given == null ? Json.object().build() : given, stored);
    return new AuthInput(type, checked(type, new Members(CONFIG, config), checkUrl));
  }

  private static Json.Obj checked(
      String type, Members members, BiConsumer<String, String> checkUrl) {
    Json.ObjBuilder kept = Json.object();
    switch (type) {
      case "bearer" -> kept.put("token", members.line("token", members.required("token")));
      case "basic" -> {
        kept.put("username", members.required("username"));
        String password = members.text("password");
        if (password == null) {
          throw members.fault("password", "is required");
        }
        kept.put("password", password);
      }
      case OAUTH2 -> oauth2(members, kept, checkUrl);
      default -> apiKey(members, kept);
    }
    return kept.build();
  }

  private static void oauth2(
      Members members, Json.ObjBuilder kept, BiConsumer<String, String> checkUrl) {
    String tokenUrl = members.required("token_url");
    checkUrl.accept(tokenUrl, CONFIG + ".token_url");
    kept.put("token_url", tokenUrl);
    kept.put("client_id", members.required("client_id"));
    kept.put("client_secret", members.required("client_secret"));
    for (String name : List.of("scope", "audience")) {
      String text = members.text(name);
      if (text != null && !text.isEmpty()) {
        kept.put(name, text);
      }
    }
    String style = members.word("auth_style", List.of("basic", "body"));
    if (style != null) {
      kept.put("auth_style", style);
    }
  }

  private static void apiKey(Members members, Json.ObjBuilder kept) {
    String value = members.required("value");
    String in = members.word("in", List.of("header", "query"));
    boolean query = "query".equals(in);
    kept.put("value", query ? value : members.line("value", value));
    String name = query ? members.text("name") : members.headerName("name");
    if (name != null) {
      if (name.isEmpty()) {
        throw members.fault("name", "must not be empty");
      }
      kept.put("name", name);
    }
    if (in != null) {
      kept.put("in", in);
    }
  }
}
