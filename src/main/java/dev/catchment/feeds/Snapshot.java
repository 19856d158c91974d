package dev.catchment.feeds;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/**
 * A rendered body. Immutable; its bytes are shared by all who read it.
 *
 * @param modifiedAt the feed's date in it
 * @param etag its tag with the quotes
 * @param body not to be modified
 * @param gzip the same compressed; empty when the body is too small for it
 */
public record Snapshot(long modifiedAt, String etag, byte[] body, byte[] gzip) {
  /** Smaller bodies are never compressed. */
  private static final int GZIP_BYTES_MIN = 1_024;

  private static final byte[] NOTHING = {};

  /** A body with that tag. */
  public static Snapshot of(long modifiedAt, String etag, byte[] body) {
    return new Snapshot(modifiedAt, etag, body, body.length < GZIP_BYTES_MIN ? NOTHING : zip(body));
  }

  /** Whether there is a compressed form. */
  public boolean isCompressed() {
    return gzip.length > 0;
  }

  /** About how many bytes it holds in memory. */
  long weight() {
    return body.length + gzip.length + 256L;
  }

  private static byte[] zip(byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length / 4 + 64);
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
