package dev.catchment.http;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * A body that is gathered in memory before its request is handled, within the bound of its route
 * and of all bodies of the server together. Used on its connection's event loop alone.
 */
final class GatheredBody {
  private final int bytesMax;
  private final Shared shared;
  private @Nullable Buffer gathered;

  /** Counted among all bodies until released, though its bytes may be handed over already. */
  private long reserved;

  private long looked = -1;

  /** What became of a piece. */
  enum Added {
    TAKEN,
    /** It was left out: the body would be larger than its bound. */
    TOO_LARGE,
    /** All bodies together are larger than their bound. */
    NO_MEMORY
  }

  /** An empty body of at most so many bytes. */
  GatheredBody(int bytesMax, Shared shared) {
    this.bytesMax = bytesMax;
    this.shared = shared;
  }

  int bytesMax() {
    return bytesMax;
  }

  /** Whether a {@code Content-Length} announces more than the bound. */
  boolean isTooMuch(String contentLength) {
    try {
      return Long.parseLong(contentLength.trim()) > bytesMax;
    } catch (NumberFormatException e) {
      // The library has already refused lengths that are no numbers; this one only overflows.
      return true;
    }
  }

  /** Takes the next piece, if it fits. */
  Added add(Buffer piece) {
    if (bytes() + piece.length() > bytesMax) {
      return Added.TOO_LARGE;
    }
    reserved += piece.length();
    if (shared.bodyBytes.addAndGet(piece.length()) > Shared.BODY_BYTES_MAX) {
      return Added.NO_MEMORY;
    }
    gathered = gathered == null ? piece : gathered.appendBuffer(piece);
    return Added.TAKEN;
  }

  /** How many bytes were taken. */
  long bytes() {
    return gathered == null ? 0 : gathered.length();
  }

  /** The first of its bytes, up to so many. */
  byte[] start(int max) {
    return gathered == null
        ? shared.nothing
        : gathered.getBytes(0, Math.min(gathered.length(), max));
  }

  /** Hands over its bytes. */
  byte[] take() {
    byte[] bytes = gathered == null ? shared.nothing : gathered.getBytes();
    gathered = null;
    return bytes;
  }

  /** Whether fewer bytes than that have come since this was last asked. */
  boolean isSlow(int bytesMin) {
    boolean slow = looked >= 0 && reserved - looked < bytesMin;
    looked = reserved;
    return slow;
  }

  /** It is no longer counted among all bodies. */
  void release() {
    gathered = null;
    shared.bodyBytes.addAndGet(-reserved);
    reserved = 0;
  }
}
