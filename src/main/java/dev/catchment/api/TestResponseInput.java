package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import dev.catchment.trial.Aftermath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads how a test session is to answer.
 *
 * @param given the checked members of the body; null for the usual answer
 */
record TestResponseInput(Json.@Nullable Obj given) {
  private static final String DELAY = "delay_ms";
  private static final List<String> FIELDS =
      List.of("status_code", "content_type", "body", "headers", DELAY);

  private static final Json.Obj FALLBACK =
      Json.object()
          .put("status_code", 200)
          .put("content_type", "application/json")
          .put("body", "")
          .put("headers", Json.object().build())
          .put(DELAY, 0)
          .build();

  static TestResponseInput parse(byte[] body) {
    Json json = Json.parse(body).orElseThrow(() -> Failure.invalid("Invalid JSON body"));
    if (json instanceof Json.Null) {
      return new TestResponseInput(null);
    }
    Input input = Input.parse(body).requireAny(FIELDS);
    Json.ObjBuilder given = Json.object().putAll(SourceConfigInput.response(input.body(), ""));
    if (input.has(DELAY)) {
      given.put(DELAY, input.integer(DELAY, 0, Aftermath.DELAY_MILLIS_MAX, 0));
    }
    return new TestResponseInput(given.build());
  }

  /** The whole response: what is given, over what was set before, over the usual. */
  Json.@Nullable Obj over(Json.@Nullable Obj before) {
    if (given == null) {
      return null;
    }
    Json.ObjBuilder all = Json.object().putAll(FALLBACK);
    if (before != null) {
      all.putAll(before);
    }
    return all.putAll(given).build();
  }
}
