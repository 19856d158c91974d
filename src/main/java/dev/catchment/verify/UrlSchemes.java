package dev.catchment.verify;

import dev.catchment.base.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Schemes whose signed text is made from the URL and the decoded parameters. */
final class UrlSchemes {
  private static final String TWILIO = "X-Twilio-Signature";
  private static final String PLIVO = "X-Plivo-Signature-V3";

  private UrlSchemes() {}

  /** The URL, then each parameter's name and value in order of the names. */
  static Scheme twilio(Setup setup) {
    TextKey key = TextKey.of(Algorithm.HMAC_SHA1, setup);
    return (request, moment) -> {
      List<byte[]> signatures = TextKey.signatures(request.required(TWILIO), Encoding.BASE64, 1);
      boolean form = isForm(request);
      String parameters = form ? pairs(request) : "";
      for (String url : twilioUrls(setup.url(), request)) {
        if (key.signed(url + parameters, signatures)) {
          if (!form && request.body().length > 0) {
            checkBodyDigest(url, request);
          }
          return new Verdict.Verified(null, null);
        }
      }
      throw Refusal.invalid(
          "The signature does not fit; the public URL that Twilio calls is part of it");
    };
  }

  private static Set<String> twilioUrls(PublicUrl url, SignedRequest request) {
    Set<String> urls = new LinkedHashSet<>();
    url.candidates(request)
        .forEach(candidate -> urls.addAll(PublicUrl.withAndWithoutPort(candidate)));
    return urls;
  }

  /** A body that is no form is protected by a digest in the signed URL. */
  private static void checkBodyDigest(String url, SignedRequest request) {
    int mark = url.indexOf('?');
    Fields query = Fields.ofForm(url.substring(mark + 1).getBytes(StandardCharsets.UTF_8));
    String claimed = mark < 0 ? null : query.get("bodySHA256");
    byte[] digest = claimed == null ? null : Encoding.HEX.decode(claimed);
    if (digest == null || !MessageDigest.isEqual(digest, Sha256.of(request.body()))) {
      throw Refusal.invalid("The body does not fit bodySHA256 of the URL");
    }
  }

  /** Scheme, host and path, the sorted query, the sorted parameters, then the nonce. */
  static Scheme plivo(Setup setup) {
    TextKey key = TextKey.of(Algorithm.HMAC_SHA256, setup);
    return (request, moment) -> {
      List<byte[]> signatures =
          TextKey.signatures(request.required(PLIVO), Encoding.BASE64, Limits.SIGNATURES_MAX);
      String nonce = request.required(PLIVO + "-Nonce");
      boolean get = request.method().equals("GET");
      if (!isForm(request) && request.body().length > 0) {
        throw Refusal.invalid("The body is not a form, so nothing protects it");
      }
      String parameters = get ? "" : pairs(request);
      if (get && request.body().length > 0) {
        throw Refusal.invalid("A GET with a body is not protected");
      }
      for (String url : setup.url().candidates(request)) {
        if (key.signed(plivoText(url, parameters) + "." + nonce, signatures)) {
          return new Verdict.Verified(null, null);
        }
      }
      throw Refusal.invalid(
          "The signature does not fit; the public URL that Plivo calls is part of it");
    };
  }

  private static String plivoText(String url, String parameters) {
    int mark = url.indexOf('?');
    String bare = mark < 0 ? url : url.substring(0, mark);
    String query = mark < 0 ? "" : url.substring(mark + 1);
    Fields fields = Fields.ofForm(query.getBytes(StandardCharsets.UTF_8));
    if (fields.isEmpty() && parameters.isEmpty()) {
      return bare;
    }
    List<String> sorted = new ArrayList<>();
    fields
        .byName()
        .forEach((name, values) ->
            values.stream().sorted().forEach(value -> sorted.add(name + "=" + value)));
    String dot = fields.isEmpty() || parameters.isEmpty() ? "" : ".";
    return bare + "?" + String.join("&", sorted) + dot + parameters;
  }

  private static boolean isForm(SignedRequest request) {
    return request.isOfType("application/x-www-form-urlencoded");
  }

  /**
   * Names and values without any separator; a value that is repeated under its name counts once.
   */
  private static String pairs(SignedRequest request) {
    StringBuilder text = new StringBuilder();
    Fields.ofForm(request.body())
        .byName()
        .forEach((name, values) -> {
          for (String value : new TreeSet<>(values)) {
            text.append(name).append(value);
          }
        });
    return text.toString();
  }
}
