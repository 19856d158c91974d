package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import org.jspecify.annotations.Nullable;

/** Reads {@code source_config}: {@code response} and {@code max_body_bytes}. */
final class SourceConfigInput {
  private static final String FIELD = "source_config";
  private static final String RESPONSE = FIELD + ".response";
  private static final int CONTENT_TYPE_CHARS_MAX = 200;
  private static final int BODY_CHARS_MAX = 1 << 20;

  private SourceConfigInput() {}

  static Json.@Nullable Obj read(Input input, Json.@Nullable Obj fallback) {
    Json.Obj config = input.object(FIELD, fallback);
    if (config == null || !input.has(FIELD)) {
      return config;
    }
    Json.ObjBuilder kept = Json.object();
    Json response = config.get("response");
    if (response instanceof Json.Obj object) {
      kept.put("response", response(object));
    } else if (response != null && !(response instanceof Json.Null)) {
      throw Failure.body(RESPONSE, "must be an object or null");
    }
    Json bytes = config.get("max_body_bytes");
    if (bytes != null && !(bytes instanceof Json.Null)) {
      int max = Input.integer(bytes).orElse(0);
      if (max < 1) {
        throw Failure.body(FIELD + ".max_body_bytes", "must be an integer of at least 1");
      }
      kept.put("max_body_bytes", max);
    }
    Json rate = config.get("rate_limit_per_second");
    if (rate != null && !(rate instanceof Json.Null) && !rate.equals(Json.of(0))) {
      throw Failure.body(FIELD + ".rate_limit_per_second", "is not supported by this version");
    }
    return kept.build();
  }

  private static Json.Obj response(Json.Obj response) {
    Json.ObjBuilder kept = Json.object();
    response
        .members()
        .forEach((name, value) -> {
          String field = RESPONSE + "." + name;
          boolean valid =
              switch (name) {
                case "status_code" -> {
                  int status = Input.integer(value).orElse(0);
                  yield status >= 200 && status <= 599;
                }
                case "content_type" ->
                    value instanceof Json.Str text
                        && !text.value().isBlank()
                        && text.value().length() <= CONTENT_TYPE_CHARS_MAX
                        && HeaderRules.isValue(text.value());
                case "body" ->
                    value instanceof Json.Str text && text.value().length() <= BODY_CHARS_MAX;
                case "headers" -> {
                  if (value instanceof Json.Obj headers) {
                    HeaderRules.check(headers, field);
                  }
                  yield value instanceof Json.Obj;
                }
                default -> true;
              };
          if (!valid) {
            throw Failure.body(field, "must be " + wanted(name));
          }
          if (!wanted(name).isEmpty()) {
            kept.put(name, value);
          }
        });
    return kept.build();
  }

  /** What a member must be; empty for one that has no meaning. */
  private static String wanted(String name) {
    return switch (name) {
      case "status_code" -> "an integer from 200 to 599";
      case "content_type" -> "a line of 1 to " + CONTENT_TYPE_CHARS_MAX + " characters";
      case "body" -> "a string of up to " + BODY_CHARS_MAX + " characters";
      case "headers" -> "an object of strings";
      default -> "";
    };
  }
}
