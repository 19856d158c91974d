package dev.catchment.expr;

import dev.catchment.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/** The parsed body of a request; the bytes themselves are never changed. */
public final class Body {
  private static final int CHUNK_BYTES = 8192;

  /** A compressed body may become so many times as large as a body may come. */
  private static final int DECODED_TIMES = 10;

  /** No array holds more. */
  private static final int ARRAY_BYTES_MAX = Integer.MAX_VALUE - 8;

  private Body() {}

  /**
   * How many bytes a compressed body may decode to, whoever parses it.
   *
   * @param bodyBytesMax the most bytes a body may come with, compressed or not
   */
  public static long decodedMax(int bodyBytesMax) {
    return Math.min((long) DECODED_TIMES * bodyBytesMax, ARRAY_BYTES_MAX);
  }

  /**
   * The JSON value of a body that is valid JSON, whatever its content type; an object of strings,
   * with arrays for repeated names, for {@code application/x-www-form-urlencoded}; empty otherwise.
   *
   * @param contentType the header's value, parameters included; null when there was none
   * @param contentEncoding the header's value; {@code gzip} and {@code deflate} bodies are decoded
   * @param decodedBytesMax the most bytes a body may decode to; a larger one does not parse
   */
  public static Optional<Json> parse(
      byte[] raw,
      @Nullable String contentType,
      @Nullable String contentEncoding,
      long decodedBytesMax) {
    byte[] plain = decoded(raw, contentEncoding, decodedBytesMax);
    if (plain == null) {
      return Optional.empty();
    }
    Optional<Json> json = Json.parse(plain);
    return json.isEmpty() && isForm(contentType) ? Optional.of(Form.parse(plain)) : json;
  }

  private static boolean isForm(@Nullable String contentType) {
    return contentType != null
        && contentType
            .split(";", 2)[0]
            .strip()
            .equalsIgnoreCase("application/x-www-form-urlencoded");
  }

  /** Null when the bytes are not in the encoding they claim, or decode to too many. */
  private static byte @Nullable [] decoded(
      byte[] raw, @Nullable String contentEncoding, long bytesMax) {
    String coding = contentEncoding == null ? "" : contentEncoding.strip().toLowerCase(Locale.ROOT);
    try {
      return switch (coding) {
        case "gzip", "x-gzip" -> {
          try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(raw), CHUNK_BYTES)) {
            yield read(in, bytesMax);
          }
        }
        case "deflate" -> inflated(raw, bytesMax);
        default -> raw;
      };
    } catch (IOException e) {
      return null;
    }
  }

  private static byte @Nullable [] inflated(byte[] raw, long bytesMax) throws IOException {
    // The name means zlib's format (RFC 1950), yet many senders leave its two-byte head away.
    boolean zlib =
        raw.length >= 2
            && (raw[0] & 0x0F) == 8
            && (((raw[0] & 0xFF) << 8) | (raw[1] & 0xFF)) % 31 == 0;
    Inflater inflater = new Inflater(!zlib);
    try (InputStream in =
        new InflaterInputStream(new ByteArrayInputStream(raw), inflater, CHUNK_BYTES)) {
      return read(in, bytesMax);
    } finally {
      inflater.end();
    }
  }

  private static byte @Nullable [] read(InputStream in, long bytesMax) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(CHUNK_BYTES);
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
      if (out.size() + (long) count > bytesMax) {
        return null;
      }
      out.write(chunk, 0, count);
    }
    return out.toByteArray();
  }
}
