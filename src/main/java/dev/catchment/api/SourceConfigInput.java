package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code source_config}: {@code response}, {@code max_body_bytes}, {@code
 * rate_limit_per_second}, and the words by which a hub's questions are answered.
 */
final class SourceConfigInput {
  private static final String FIELD = "source_config";
  private static final String RESPONSE = FIELD + ".response";
  private static final int CONTENT_TYPE_CHARS_MAX = 200;
  private static final int BODY_CHARS_MAX = 1 << 20;

  private static final int WORD_CHARS_MAX = 2_000;

  /** What the handshakes of Meta and of WebSub hubs are answered by. */
  private static final List<String> WORDS = List.of("verify_token", "topic", "former_topic");

  private SourceConfigInput() {}

  static Json.@Nullable Obj read(Input input, Json.@Nullable Obj fallback) {
    Json.Obj config = input.object(FIELD, fallback);
    if (config == null || !input.has(FIELD)) {
      return config;
    }
    Json.ObjBuilder kept = Json.object();
    Json response = config.get("response");
    if (response instanceof Json.Obj object) {
      kept.put("response", response(object, RESPONSE + "."));
    } else if (response != null && !(response instanceof Json.Null)) {
      throw Failure.body(RESPONSE, "must be an object or null");
    }
    for (String name : List.of("max_body_bytes", "rate_limit_per_second")) {
      Json value = config.get(name);
      if (value != null && !(value instanceof Json.Null)) {
        int number = Input.integer(value).orElse(0);
        if (number < 1) {
          throw Failure.body(FIELD + "." + name, "must be an integer of at least 1");
        }
        kept.put(name, number);
      }
    }
    for (String name : WORDS) {
      Json value = config.get(name);
      if (value instanceof Json.Str(String word) && word.length() <= WORD_CHARS_MAX) {
        kept.put(name, word);
      } else if (value != null && !(value instanceof Json.Null)) {
        throw Failure.body(
            FIELD + "." + name, "must be a string of up to " + WORD_CHARS_MAX + " characters");
      }
    }
    return Masks.keepConfig(FIELD, kept.build(), fallback);
  }

  /**
   * The members of a response that have a meaning, checked.
   *
   * @param prefix what names of fields begin with in a complaint
   */
  static Json.Obj response(Json.Obj response, String prefix) {
    Json.ObjBuilder kept = Json.object();
    response
        .members()
        .forEach((name, value) -> {
          String field = prefix + name;
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
