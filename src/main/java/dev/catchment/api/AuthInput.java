package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code auth_type} and {@code auth_config}.
 *
 * @param type {@code none}, {@code bearer}, {@code basic} or {@code api_key}
 * @param config what the type needs; null for none
 */
record AuthInput(String type, Json.@Nullable Obj config) {
  private static final String TYPE = "auth_type";
  private static final String CONFIG = "auth_config";
  private static final List<String> TYPES = List.of("none", "bearer", "basic", "api_key");

  /** What the body says, beside what is stored. */
  static AuthInput read(Input input, String oldType, Json.@Nullable Obj stored) {
    if (Json.of("oauth2_client_credentials").equals(input.body().get(TYPE))) {
      throw Failure.body(TYPE, "is not supported by this version");
    }
    String type = input.word(TYPE, TYPES, oldType);
    Json.Obj given = input.object(CONFIG, stored);
    if (type.equals("none")) {
      // Nobody would use the secrets, so they are not kept.
      return new AuthInput(type, null);
    }
    if (!input.has(TYPE) && !input.has(CONFIG)) {
      return new AuthInput(type, stored);
    }
    Json.Obj config = Masks.keepConfig(given == null ? Json.object().build() : given, stored);
    return new AuthInput(type, checked(type, new Members(CONFIG, config)));
  }

  private static Json.Obj checked(String type, Members members) {
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
      default -> apiKey(members, kept);
    }
    return kept.build();
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
