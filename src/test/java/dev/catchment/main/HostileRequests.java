package dev.catchment.main;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPOutputStream;

/** Requests of all kinds of brokenness, made from one source of chance. */
final class HostileRequests {
  private static final List<String> METHODS =
      List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PURGE", "G@T");
  private static final List<String> SEGMENTS =
      List.of(
          "..",
          ".",
          "%2e%2e",
          "%00",
          "%c3%28",
          "%ff%fe",
          "%zz",
          "%",
          "%2f",
          ";a=b",
          "a/b",
          "",
          "é",
          "\u0001",
          "%0d%0aX: y",
          "{source_id}",
          "~",
          "x".repeat(3_000),
          "x".repeat(20_000));
  private static final List<String> NAMES =
      List.of(
          "X-A",
          "x-a",
          "X_A",
          "X-Signature",
          "Authorization",
          "Cookie",
          "Range",
          "Forwarded",
          "X-Forwarded-For",
          "Webhook-Id",
          "Webhook-Timestamp",
          "Webhook-Signature",
          "Svix-Id",
          "WebHook-Request-Origin",
          "X-Hub-Signature-256",
          "Sec-WebSocket-Key",
          "Upgrade",
          "TE",
          "HTTP2-Settings",
          "Trailer",
          "Host",
          "Content-Type",
          "Content-Encoding",
          "Expect",
          "Connection",
          "Accept-Encoding",
          "If-None-Match",
          "X-Api-Key",
          "!#$%&'*+.^_`|~",
          "é",
          "a b",
          "",
          "\u0000",
          "x".repeat(5_000));
  private static final List<String> VALUES =
      List.of(
          "",
          " ",
          "0",
          "-1",
          "1",
          "99999999999999999999",
          "sha256=",
          "v1,",
          "t=,v1=",
          "null",
          "{",
          "true",
          "h2c",
          "websocket",
          "close",
          "keep-alive, Upgrade, HTTP2-Settings",
          "AAMAAABk",
          "100-continue",
          "gzip",
          "deflate",
          "br",
          "gzip, gzip",
          "application/json",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=",
          "text/xml",
          "multipart/form-data; boundary=x",
          "\u00ff\u00fe\u0080",
          "a\u0000b",
          "a\u000bb",
          "a\tb",
          "[::1]:80:90",
          "a@b:c",
          "127.0.0.1, 10.0.0.1",
          "::ffff:1.2.3.4",
          "\u007f",
          "a\rb",
          "x".repeat(9_000),
          "v1=,t=".repeat(2_000));

  private final RandomGenerator random;

  /**
   * One request.
   *
   * @param wire all bytes to send
   * @param body what is sent as the body; meaningless unless whole
   * @param whole a well-formed request of known length, which must be answered
   */
  record Made(String method, byte[] wire, byte[] body, boolean whole) {}

  HostileRequests(RandomGenerator random) {
    this.random = random;
  }

  /** A well-formed request with odd content. */
  Made odd(String sourceId) {
    byte[] body = body();
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      headers.add(
          Map.entry("X-" + NAMES.get(random.nextInt(9)), VALUES.get(random.nextInt(27)).strip()));
    }
    headers.add(Map.entry("Content-Type", VALUES.get(22 + random.nextInt(5))));
    if (random.nextInt(4) == 0) {
      headers.add(Map.entry("Content-Encoding", VALUES.get(18 + random.nextInt(4))));
    }
    return whole(METHODS.get(random.nextInt(5)), "/v1/ingest/" + sourceId + query(), headers, body);
  }

  /** A well-formed request: chunked or of a stated length. */
  Made whole(String method, String url, List<Map.Entry<String, String>> headers, byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    text(out, method + " " + url + " HTTP/1.1\r\nHost: localhost\r\n");
    headers.forEach(header -> text(out, header.getKey() + ": " + header.getValue() + "\r\n"));
    if (random.nextInt(4) == 0) {
      text(out, "Transfer-Encoding: chunked\r\n\r\n");
      for (int from = 0; from < body.length; ) {
        int length = Math.min(body.length - from, 1 + random.nextInt(3_000));
        text(out, Integer.toHexString(length) + "\r\n");
        out.write(body, from, length);
        text(out, "\r\n");
        from += length;
      }
      text(out, "0\r\n\r\n");
    } else {
      text(out, "Content-Length: " + body.length + "\r\n\r\n");
      out.writeBytes(body);
    }
    return new Made(method, out.toByteArray(), body, true);
  }

  /** A request that need not be HTTP at all. */
  Made broken(String sourceId) {
    if (random.nextInt(8) > 4) {
      String method = pick(METHODS);
      byte[] wire = request(method, sourceId);
      return new Made(method, wire, wire, false);
    }
    byte[] wire =
        switch (random.nextInt(5)) {
          case 0 -> bytes(1 + random.nextInt(2_000));
          case 1 -> damaged(odd(sourceId).wire());
          case 2 -> cut(odd(sourceId).wire());
          case 3 ->
              ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\u0000".repeat(random.nextInt(99)))
                  .getBytes(StandardCharsets.ISO_8859_1);
          default -> twice(odd(sourceId).wire(), damaged(odd(sourceId).wire()));
        };
    return new Made("POST", wire, wire, false);
  }

  /** Every part of it may be odd. */
  private byte[] request(String method, String sourceId) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    text(out, method + " " + path(sourceId) + query() + (chance(20) ? "" : " HTTP/1.1") + "\r\n");
    if (!chance(10)) {
      text(out, "Host: " + (chance(10) ? pick(VALUES) : "localhost") + "\r\n");
    }
    for (int i = random.nextInt(12); i > 0; i--) {
      text(out, pick(NAMES) + (chance(30) ? "" : ": ") + pick(VALUES) + "\r\n");
    }
    byte[] body = body();
    if (chance(2)) {
      text(out, "Content-Length: " + lie(body.length) + "\r\n");
    }
    if (chance(3)) {
      text(out, "Content-Length: " + lie(body.length) + "\r\n");
    }
    if (chance(3)) {
      text(out, "Transfer-Encoding: " + (chance(3) ? pick(VALUES) : "chunked") + "\r\n");
    }
    text(out, "\r\n");
    if (chance(3)) {
      text(out, Long.toHexString(random.nextLong()).substring(random.nextInt(12)) + "\r\n");
    }
    out.writeBytes(body);
    return out.toByteArray();
  }

  private String path(String sourceId) {
    StringBuilder path = new StringBuilder(chance(10) ? "" : "/v1/ingest/");
    if (!chance(4)) {
      path.append(sourceId);
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      path.append(chance(2) ? "/" : "").append(pick(SEGMENTS));
    }
    return path.toString();
  }

  private String query() {
    StringBuilder query = new StringBuilder(chance(2) ? "" : "?");
    if (!query.isEmpty()) {
      for (int i = random.nextInt(6); i > 0; i--) {
        query.append(
            pick(List.of("a", "a[]", "%00", "%ff", "+", "=", "&", "&&a=1&a=2", "%", "q=")));
      }
    }
    return query.toString();
  }

  private String lie(int length) {
    return pick(
        List.of(
            "" + length,
            "" + length,
            "" + (length + 1),
            "" + length / 2,
            "-1",
            "+1",
            "0x10",
            "1e3",
            "10485761",
            "4294967296",
            "99999999999999999999",
            "",
            "1, 1"));
  }

  /** A body of any kind. */
  byte[] body() {
    return switch (random.nextInt(10)) {
      case 0 -> new byte[0];
      case 1 -> bytes(random.nextInt(20_000));
      case 2 -> json("[".repeat(random.nextInt(20_000)));
      case 3 -> json("{\"id\":" + "{\"a\":".repeat(600) + "1" + "}".repeat(600) + "}");
      case 4 -> json("{\"id\":" + "9".repeat(random.nextInt(2_000)) + "e" + random.nextInt() + "}");
      case 5 -> cut(gzip(json("{\"id\":\"" + "z".repeat(random.nextInt(5_000)) + "\"}")));
      case 6 -> json("id=%ff&id=1&=&" + "a=b&".repeat(random.nextInt(2_000)));
      case 7 -> json("--x\r\nContent-Disposition: form-data; name=json\r\n\r\n{\"id\":1}\r\n--x");
      case 8 -> damaged(json("{\"id\":\"k\",\"type\":\"a.b\",\"data\":{\"object\":[1,2,null]}}"));
      default -> json("{ \"id\" : \"" + random.nextInt(50) + "\", \"n\":1.0, \"n\":2}");
    };
  }

  /** Some bytes are others, missing or twice. */
  byte[] damaged(byte[] whole) {
    if (whole.length == 0) {
      return whole;
    }
    byte[] copy = whole.clone();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      copy[random.nextInt(copy.length)] = (byte) random.nextInt();
    }
    int from = random.nextInt(copy.length);
    int to = Math.min(copy.length, from + random.nextInt(20));
    return switch (random.nextInt(4)) {
      case 0 -> twice(Arrays.copyOf(copy, from), Arrays.copyOfRange(copy, to, copy.length));
      case 1 -> twice(Arrays.copyOf(copy, to), Arrays.copyOfRange(copy, from, copy.length));
      default -> copy;
    };
  }

  private byte[] cut(byte[] whole) {
    return Arrays.copyOf(whole, random.nextInt(whole.length + 1));
  }

  static byte[] twice(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  boolean chance(int oneOf) {
    return random.nextInt(oneOf) == 0;
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private static byte[] json(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void text(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
