package dev.catchment.verify;

import dev.catchment.base.Failure;
import dev.catchment.base.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.regex.Pattern;

/** Schemes in which the sender shows the secret itself; nothing protects the body. */
final class Credentials {
  private static final Pattern TELEGRAM = Pattern.compile("[A-Za-z0-9_-]{1,256}");
  private static final String AUTHORIZATION = "Authorization";
  private static final String BASIC = "Basic ";

  private Credentials() {}

  static Scheme compile(String type, Setup setup) {
    return switch (type) {
      case "telegram" -> {
        for (Setup.Named secret : setup.secrets()) {
          if (!TELEGRAM.matcher(secret.text()).matches()) {
            throw Failure.body(
                secret.field(), "must be 1 to 256 of the characters A-Z, a-z, 0-9, _ and -");
          }
        }
        yield token("X-Telegram-Bot-Api-Secret-Token", setup);
      }
      case "okta" -> token(AUTHORIZATION, setup);
      case "gitlab" -> Schemes.each(setup, Credentials::gitlab);
      default -> postmark(setup);
    };
  }

  /** A signing token signs; it is never shown, so a header that shows it proves nothing. */
  private static Scheme gitlab(Setup setup) {
    return setup.secrets().getFirst().text().startsWith("whsec_")
        ? StandardWebhooks.of(setup, "webhook", KeyForm.WHSEC)
        : token("X-Gitlab-Token", setup);
  }

  private static Scheme token(String header, Setup setup) {
    String name = setup.header() == null ? header : setup.header();
    List<byte[]> digests = digests(setup);
    return (request, moment) ->
        verdict(digests, request.required(name).getBytes(StandardCharsets.UTF_8), name);
  }

  /** User and password of the URL, unless the source names another header that holds the secret. */
  private static Scheme postmark(Setup setup) {
    return setup.header() == null || setup.header().equalsIgnoreCase(AUTHORIZATION)
        ? basic(setup)
        : token(setup.header(), setup);
  }

  private static Scheme basic(Setup setup) {
    setup.secrets().forEach(secret -> Pair.of(secret, "user:password"));
    List<byte[]> digests = digests(setup);
    return (request, moment) -> {
      String value = request.required(AUTHORIZATION);
      if (!value.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
        throw Refusal.invalid("Header Authorization is not of the scheme Basic");
      }
      byte[] shown = Encoding.BASE64.decode(value.substring(BASIC.length()).strip());
      if (shown == null) {
        throw Refusal.invalid("Header Authorization is not base64");
      }
      return verdict(digests, shown, AUTHORIZATION);
    };
  }

  /** Digests have one length, so that comparing them does not tell the length of a secret. */
  private static List<byte[]> digests(Setup setup) {
    return setup.secrets().stream().map(secret -> Sha256.of(secret.text())).toList();
  }

  private static Verdict verdict(List<byte[]> digests, byte[] shown, String header) {
    byte[] digest = Sha256.of(shown);
    boolean fits = false;
    for (byte[] right : digests) {
      fits |= MessageDigest.isEqual(right, digest);
    }
    if (!fits) {
      throw Refusal.invalid("Header " + header + " does not hold the secret");
    }
    return new Verdict.Verified(null, null);
  }
}
