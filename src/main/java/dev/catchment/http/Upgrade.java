package dev.catchment.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** The opening handshake of a WebSocket (RFC 6455, section 4.2). */
final class Upgrade {
  private static final String VERSION = "13";
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;

  private Upgrade() {}

  /** The header {@code Sec-WebSocket-Accept} of the answer; empty when this is no handshake. */
  static Optional<String> accept(Request.Head head) {
    Headers headers = head.headers();
    boolean asks =
        head.method().equals("GET")
            && hasWord(headers, "Connection", "upgrade")
            && hasWord(headers, "Upgrade", "websocket")
            && headers.first("Sec-WebSocket-Version").filter(VERSION::equals).isPresent();
    return asks
        ? headers.first("Sec-WebSocket-Key").filter(Upgrade::isKey).map(Upgrade::answer)
        : Optional.empty();
  }

  private static boolean hasWord(Headers headers, String name, String word) {
    return headers.all(name).stream()
        .flatMap(value -> Arrays.stream(value.split(",", -1)))
        .anyMatch(part -> part.strip().equalsIgnoreCase(word));
  }

  private static boolean isKey(String key) {
    try {
      return Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String answer(String key) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-1")
                  .digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-1", e);
    }
  }
}
