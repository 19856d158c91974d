package dev.catchment.transform;

import dev.catchment.json.Json;

/** What came of applying an expression to a body. */
public sealed interface TransformResult {
  /**
   * A new body.
   *
   * @param value an object or an array
   * @param bytes the same as compact JSON, at most {@link Transforms#RESULT_BYTES_MAX}
   */
  @SuppressWarnings("ArrayRecordComponent") // Sent as it is; nothing compares it.
  record Made(Json value, byte[] bytes) implements TransformResult {}

  /**
   * There is none.
   *
   * @param reason a sentence without its subject, safe to show, at most a few hundred characters
   */
  record Failed(String reason) implements TransformResult {}
}
