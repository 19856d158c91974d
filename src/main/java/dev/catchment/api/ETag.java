package dev.catchment.api;

import dev.catchment.http.Conditions;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * The tag of an answer (RFC 9110, section 8.8.3): two answers with the same tag say the same. Weak,
 * for it speaks of what is said and not of its bytes.
 */
final class ETag {
  private static final int DIGEST_BYTES = 8;

  private final String opaque;

  private ETag(String opaque) {
    this.opaque = opaque;
  }

  /**
   * The tag of what a request asks for.
   *
   * @param stamp another text whenever the answer to the same question may be another
   */
  static ETag of(Request request, String stamp) {
    return new ETag(
        stamp
            + "-"
            + digest(
                (request.head().path() + "?" + request.query().raw())
                    .getBytes(StandardCharsets.UTF_8)));
  }

  /** The answer with a tag of what it says, or {@code 304} for a caller who has it already. */
  static Response compared(Request request, Response response) {
    ETag tag = new ETag(digest(response.body()));
    return tag.unchanged(request).orElseGet(() -> tag.on(response));
  }

  /** {@code 304} for a caller who has the answer of this tag already. */
  Optional<Response> unchanged(Request request) {
    return Conditions.has(request.headers(), quoted())
        ? Optional.of(on(Response.empty(304)))
        : Optional.empty();
  }

  /** The answer with this tag. */
  Response on(Response response) {
    Map.Entry<String, String> header = header();
    return response.with(header.getKey(), header.getValue());
  }

  /** The header of an answer with this tag. */
  Map.Entry<String, String> header() {
    return Map.entry("ETag", "W/" + quoted());
  }

  private String quoted() {
    return '"' + opaque + '"';
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
