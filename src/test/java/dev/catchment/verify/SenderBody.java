package dev.catchment.verify;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * What a sender may send.
 *
 * @param kind what is peculiar about it
 * @param bytes JSON or a form
 * @param fields of a form: names and values as Twilio signs them; empty for JSON
 */
record SenderBody(String kind, byte[] bytes, String fields) {
  private static final int LARGE_BYTES = 65_536;
  private static final String WIDE = "éßñ東京жд€😀\u200d🎈\u00a0´ﬁ";

  /** JSON bodies, one of each kind. All but the empty object hold the time as Linear writes it. */
  static List<SenderBody> json(RandomGenerator random, long seconds) {
    String time = "\"webhookTimestamp\":" + seconds * 1000;
    String id = SenderKey.letters(random, 12);
    String open = "{" + time + ",\"id\":\"" + id + "\",\"n\":" + random.nextInt() + ",\"text\":\"";
    String large = open + wide(random, 200);
    int missing = LARGE_BYTES - large.getBytes(StandardCharsets.UTF_8).length - 2;
    return List.of(
        json("empty object", "{}"),
        json("plain", open + SenderKey.letters(random, 40) + "\"}"),
        json("non-ASCII", open + wide(random, 60) + "\"}"),
        json("CRLF", open.replace(",", ",\r\n\t") + SenderKey.letters(random, 9) + "\"\r\n}\r\n"),
        json("escapes", open + "\\u00e9\\/\\ud83d\\ude00\\n\\\"\\\\" + wide(random, 3) + "\"}"),
        json("64 KB", large + SenderKey.letters(random, missing) + "\"}"));
  }

  /** Form bodies, one of each kind. */
  static List<SenderBody> forms(RandomGenerator random) {
    return List.of(
        form("empty form", List.of()),
        form(
            "plain form",
            List.of(
                Map.entry("MessageSid", "SM" + SenderKey.hex(random, 32)),
                Map.entry("From", "+1415555" + random.nextInt(1000, 9999)),
                Map.entry("Body", SenderKey.letters(random, 30)),
                Map.entry("AccountSid", "AC" + SenderKey.hex(random, 32)))),
        form(
            "non-ASCII form",
            List.of(
                Map.entry("é" + wide(random, 2), wide(random, 40)),
                Map.entry("Body", wide(random, 20)))),
        form(
            "form with CRLF and signs",
            List.of(
                Map.entry("Body", "a\r\nb & c=d + 'e' %41 " + SenderKey.letters(random, 5)),
                Map.entry("body", ""),
                Map.entry("BODY", " "))),
        form(
            "form with repeated names",
            List.of(
                Map.entry("Media", "z" + SenderKey.letters(random, 5)),
                Map.entry("Media", "a" + wide(random, 5)),
                Map.entry("A", "1"),
                Map.entry("Media", "same"),
                Map.entry("Media", "same"))),
        form("64 KB form", List.of(Map.entry("Body", SenderKey.letters(random, LARGE_BYTES)))));
  }

  boolean isForm() {
    return kind.contains("form");
  }

  /** The same with one more character that does not stop a parser. */
  byte[] changed() {
    byte[] changed = Arrays.copyOf(bytes, bytes.length + 1);
    changed[bytes.length] = (byte) (isForm() ? '1' : ' ');
    return changed;
  }

  private static SenderBody json(String kind, String text) {
    return new SenderBody(kind, text.getBytes(StandardCharsets.UTF_8), "");
  }

  private static SenderBody form(String kind, List<Map.Entry<String, String>> pairs) {
    StringBuilder body = new StringBuilder();
    TreeMap<String, TreeSet<String>> sorted = new TreeMap<>();
    for (Map.Entry<String, String> pair : pairs) {
      body.append(body.isEmpty() ? "" : "&")
          .append(URLEncoder.encode(pair.getKey(), StandardCharsets.UTF_8))
          .append('=')
          .append(URLEncoder.encode(pair.getValue(), StandardCharsets.UTF_8));
      sorted.computeIfAbsent(pair.getKey(), name -> new TreeSet<>()).add(pair.getValue());
    }
    StringBuilder fields = new StringBuilder();
    sorted.forEach((name, values) -> values.forEach(value -> fields.append(name).append(value)));
    return new SenderBody(
        kind, body.toString().getBytes(StandardCharsets.UTF_8), fields.toString());
  }

  private static String wide(RandomGenerator random, int count) {
    int[] points = WIDE.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return text.toString();
  }
}
