package dev.catchment.routing;

import dev.catchment.base.Times;
import dev.catchment.expr.Body;
import dev.catchment.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** An event as the full row of the gateway API, and as a line of the archive. */
public final class EventJson {
  /** Bodies up to this size are parsed. */
  public static final int PARSED_BYTES_MAX = 1 << 20;

  private static final int INLINE_BYTES_MAX = 10_240;

  private EventJson() {}

  /**
   * The full row.
   *
   * @param body null when it is too large to be shown
   */
  public static Json row(EventRow event, byte @Nullable [] body) {
    Json headers = Json.read(event.request().headersJson());
    String inline = body == null || body.length > INLINE_BYTES_MAX ? null : utf8(body);
    Json payload = body == null ? Json.nil() : parsed(event, headers, body);
    return row(event, headers, inline, payload)
        .put("payload_ref", inline == null ? "payloads/" + event.id() : null)
        .build();
  }

  /**
   * The row as it is archived: the whole body is in {@code payload_inline} when it is UTF-8, and
   * else in base64 in the further member {@code payload_base64}. {@code payload}, which follows
   * from it, is null.
   */
  public static Json archived(EventRow event, byte[] body) {
    String inline = utf8(body);
    return row(event, Json.read(event.request().headersJson()), inline, Json.nil())
        .put("payload_base64", inline == null ? Base64.getEncoder().encodeToString(body) : null)
        .build();
  }

  private static Json.ObjBuilder row(
      EventRow event, Json headers, @Nullable String inline, Json payload) {
    return Json.object()
        .put("id", event.id())
        .put("org_id", event.scope().orgId())
        .put("env_id", event.scope().envId())
        .put("source_id", event.from().sourceId())
        .put("method", event.request().method())
        .put("headers", headers)
        .put("query_params", Json.read(event.request().queryJson()))
        .put("content_type", event.request().contentType())
        .put("source_ip", event.request().sourceIp())
        .put("payload_inline", inline)
        .put("payload_ref", Json.nil())
        .put("payload_size", event.payloadSize())
        .put("payload", payload)
        .put("verification_status", event.checked().verification())
        .put("verification_error", event.checked().verificationError())
        .put("dedup_status", event.checked().dedup())
        .put("dedup_hash", event.checked().dedupHash())
        .put("duplicate_of", event.checked().duplicateOf())
        .put("status", event.status().word())
        .put("received_at", Times.format(event.receivedAt()))
        .put("topic", Json.nil())
        .put("source_name", event.from().sourceName())
        .put("source_slug", event.from().sourceSlug());
  }

  private static Json parsed(EventRow event, Json headers, byte[] body) {
    String encoding =
        headers instanceof Json.Obj object
                && object.get("content-encoding") instanceof Json.Str(String text)
            ? text
            : null;
    return Body.parse(body, event.request().contentType(), encoding, PARSED_BYTES_MAX)
        .orElse(Json.nil());
  }

  /** The bytes as text; null when they are not UTF-8. */
  public static @Nullable String utf8(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
