package dev.catchment.verify;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Contentful signs the method, the path, the headers it names and the body, joined by line feeds.
 */
record Contentful(TextKey key, PublicUrl url, Window window) implements Scheme {
  private static final String SIGNATURE = "x-contentful-signature";
  private static final String SIGNED_HEADERS = "x-contentful-signed-headers";
  private static final String TIMESTAMP = "x-contentful-timestamp";
  private static final Window TOLERANCE = new Window(30, -1, true);

  static Scheme compile(Setup setup) {
    return new Contentful(
        TextKey.of(Algorithm.HMAC_SHA256, setup),
        setup.url(),
        TOLERANCE.with(setup.options().tolerance()));
  }

  @Override
  public Verdict check(SignedRequest request, Moment moment) {
    List<byte[]> signatures = TextKey.signatures(request.required(SIGNATURE), Encoding.HEX, 1);
    Stamp stamp = new Stamp(Stamp.Origin.HEADER, TIMESTAMP, Stamp.Unit.MILLIS, window);
    long time = stamp.check(request.required(TIMESTAMP), moment.nowMillis());
    String headers = headers(request);
    for (String candidate : url.candidates(request)) {
      String head =
          request.method() + "\n" + PublicUrl.pathAndQuery(candidate) + "\n" + headers + "\n";
      if (key.signed(joined(head, request.body()), signatures)) {
        return new Verdict.Verified(null, time);
      }
    }
    throw Refusal.invalid("The signature does not fit the secret");
  }

  private static String headers(SignedRequest request) {
    TreeMap<String, String> signed = new TreeMap<>();
    String[] names = request.required(SIGNED_HEADERS).split(",", Limits.NUMBERED_MAX + 1);
    if (names.length > Limits.NUMBERED_MAX) {
      throw Refusal.invalid("Header " + SIGNED_HEADERS + " names too many headers");
    }
    for (String name : names) {
      String known = name.strip().toLowerCase(Locale.ROOT);
      String value = request.header(known);
      if (value == null) {
        throw Refusal.invalid("A signed header is missing; a proxy may have removed it");
      }
      signed.put(known, known + ":" + value.strip());
    }
    if (!signed.containsKey(TIMESTAMP) || !signed.containsKey(SIGNED_HEADERS)) {
      throw Refusal.invalid("Header " + SIGNED_HEADERS + " does not name itself and the timestamp");
    }
    return String.join(";", signed.values());
  }

  private static byte[] joined(String head, byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(head.length() + body.length);
    out.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    out.writeBytes(body);
    return out.toByteArray();
  }
}
