package dev.catchment.verify;

import static dev.catchment.verify.FirstHeader.when;

import dev.catchment.base.Failure;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds the scheme of a verification type. */
final class Schemes {
  private static final String SHOPIFY_HEADER = "X-Shopify-Hmac-Sha256";

  private static final String HUB_HEADER = "X-Hub-Signature";

  /** 2021-01-01: older times are not Sanity's. */
  private static final long SANITY_EARLIEST_MILLIS = 1_609_459_200_000L;

  private Schemes() {}

  /**
   * The scheme.
   *
   * @param type in its one form
   * @param template the slug of the source's template, which may refine a general type
   */
  static Scheme compile(String type, Setup setup, @Nullable String template) {
    return switch (type) {
      case "hmac_sha256" -> hmacSha256(setup, template);
      case "hmac_sha1" -> GenericHmac.compile(Algorithm.HMAC_SHA1, setup);
      case "standard_webhooks" -> standardWebhooks(setup, template);
      case "openai", "anthropic", "lithic", "dodo-payments", "liveblocks" ->
          StandardWebhooks.variant(type, setup);
      case "replicate", "polar", "finch" -> StandardWebhooks.variant(type, setup);
      case "telegram", "okta", "gitlab", "postmark" -> Credentials.compile(type, setup);
      case "messagebird", "livekit", "qstash", "plaid" -> Tokens.compile(type, setup);
      case "hubspot" -> hubspot(setup);
      case "kontent-ai" -> kontent(setup);
      case "box" -> box(setup);
      case "cloudinary" -> cloudinary(setup);
      case "websub" -> websub(setup);
      case "pusher" -> pusher(setup);
      case "sanity" -> sanity(setup);
      case "stream" -> new Inflating(named("stream", setup));
      case "twilio" -> each(setup, UrlSchemes::twilio);
      case "plivo" -> each(setup, UrlSchemes::plivo);
      case "contentful" -> each(setup, Contentful::compile);
      case "adyen" -> each(setup, BodySchemes::adyen);
      case "mailgun" -> each(setup, BodySchemes::mailgun);
      case "dropbox-sign" -> each(setup, BodySchemes::dropboxSign);
      case "braintree" -> each(setup, BodySchemes::braintree);
      case "aws-sns" -> AmazonSns.compile(setup);
      default -> named(type, setup);
    };
  }

  private static Scheme named(String type, Setup setup) {
    Scheme scheme = Recipes.find(type, setup);
    if (scheme == null) {
      throw Failure.body("verification_type", "is not a known verification type");
    }
    return scheme;
  }

  /** One scheme for each secret. */
  static Scheme each(Setup setup, Function<Setup, Scheme> scheme) {
    List<Scheme> schemes =
        setup.secrets().stream().map(secret -> scheme.apply(setup.with(List.of(secret)))).toList();
    return schemes.size() == 1 ? schemes.getFirst() : new AnyOf(schemes);
  }

  private static Scheme hmacSha256(Setup setup, @Nullable String template) {
    Scheme scheme = GenericHmac.compile(Algorithm.HMAC_SHA256, setup);
    if (!"shopify".equals(template) || !SHOPIFY_HEADER.equalsIgnoreCase(setup.header())) {
      return scheme;
    }
    return FirstHeader.of(
        when(
            "shopify-hmac-sha256",
            Recipe.header("shopify-hmac-sha256", "").base64().with(setup.plain(), KeyForm.TEXT)),
        when(SHOPIFY_HEADER, scheme));
  }

  private static Scheme standardWebhooks(Setup setup, @Nullable String template) {
    boolean svixOnly = template != null && List.of("clerk", "resend").contains(template);
    return svixOnly
        ? StandardWebhooks.of(setup, "svix", KeyForm.WHSEC)
        : StandardWebhooks.both(setup);
  }

  /** The older pair of headers counts only where the newer one is missing. */
  private static Scheme hubspot(Setup setup) {
    Setup plain = setup.plain();
    Recipe newest =
        Recipe.header("X-HubSpot-Signature-v3", "")
            .base64()
            .signing("{method}{url}{body}{timestamp}")
            .time("X-HubSpot-Request-Timestamp", Stamp.Unit.MILLIS, Window.past(300));
    Recipe older = Recipe.header("X-HubSpot-Signature", "").by(Algorithm.SHA256);
    String version = "X-HubSpot-Signature-Version";
    return FirstHeader.of(
        when("X-HubSpot-Signature-v3", anyUrl(newest.with(plain, KeyForm.TEXT))),
        when(
            version,
            "v2",
            anyUrl(older.signing("{secret}{method}{url}{body}").with(plain, KeyForm.TEXT))),
        when(version, "v1", older.signing("{secret}{body}").with(plain, KeyForm.TEXT)));
  }

  /** Tries the URL as it came in, then as HubSpot may have decoded it. */
  private static Scheme anyUrl(RecipeScheme scheme) {
    Scheme decoded =
        (request, moment) -> {
          SignedRequest other =
              new SignedRequest(
                  request.method(),
                  PublicUrl.partlyDecoded(request.url()),
                  request.headers(),
                  request.body());
          return scheme.check(other, moment);
        };
    return new AnyOf(List.of(scheme, decoded));
  }

  private static Scheme kontent(Setup setup) {
    Recipe recipe = Recipe.header("X-Kontent-ai-Signature", "").base64();
    return FirstHeader.of(
        when("X-Kontent-ai-Signature", recipe.with(setup.plain(), KeyForm.TEXT)),
        when(
            "x-kc-signature",
            Recipe.header("x-kc-signature", "").base64().with(setup.plain(), KeyForm.TEXT)));
  }

  /** Each of the two keys signs into a header of its own. */
  private static Scheme box(Setup setup) {
    Scheme keys = each(setup, Schemes::boxKeys);
    return FirstHeader.of(
        when(
            "BOX-SIGNATURE-VERSION",
            "1",
            FirstHeader.of(when("BOX-SIGNATURE-ALGORITHM", "HmacSHA256", keys))));
  }

  private static Scheme boxKeys(Setup setup) {
    Pair pair = Pair.of(setup.secrets().getFirst(), "primary key:secondary key");
    return new AnyOf(
        List.of(
            boxKey("BOX-SIGNATURE-PRIMARY", setup.with(List.of(pair.first()))),
            boxKey("BOX-SIGNATURE-SECONDARY", setup.with(List.of(pair.second())))));
  }

  private static Scheme boxKey(String header, Setup setup) {
    return Recipe.header(header, "")
        .base64()
        .signing("{body}{timestamp}")
        .time("BOX-DELIVERY-TIMESTAMP", Stamp.Unit.DATE, new Window(600, 0, false))
        .with(setup.plain(), KeyForm.TEXT);
  }

  /** SHA-1 unless the account is set to SHA-256: the length of the digest tells. */
  private static Scheme cloudinary(Setup setup) {
    Recipe recipe =
        Recipe.header("X-Cld-Signature", "")
            .by(Algorithm.SHA1)
            .signing("{body}{timestamp}{secret}")
            .time("X-Cld-Timestamp", Stamp.Unit.SECONDS, Window.past(7200));
    return new AnyOf(
        List.of(
            recipe.with(setup, KeyForm.TEXT),
            recipe.by(Algorithm.SHA256).with(setup, KeyForm.TEXT)));
  }

  /** The hub names the method before the digest. */
  private static Scheme websub(Setup setup) {
    String header = setup.header() == null ? HUB_HEADER : setup.header();
    Map<String, Scheme> methods =
        Map.of(
            "sha1", hub("sha1=", Algorithm.HMAC_SHA1, setup),
            "sha256", hub("sha256=", Algorithm.HMAC_SHA256, setup),
            "sha384", hub("sha384=", Algorithm.HMAC_SHA384, setup),
            "sha512", hub("sha512=", Algorithm.HMAC_SHA512, setup));
    return (request, moment) -> {
      Scheme method = methods.get(request.required(header).split("=", 2)[0]);
      if (method == null) {
        throw Refusal.invalid("Header " + header + " names no method that is known");
      }
      return method.check(request, moment);
    };
  }

  private static Scheme hub(String prefix, Algorithm algorithm, Setup setup) {
    return Recipe.header(HUB_HEADER, prefix).by(algorithm).with(setup, KeyForm.TEXT);
  }

  /** The key header says which of the held pairs signed. */
  private static Scheme pusher(Setup setup) {
    List<FirstHeader.Case> cases =
        setup.secrets().stream()
            .map(secret -> {
              Pair pair = Pair.of(secret, "key:secret");
              return when(
                  "X-Pusher-Key",
                  pair.first().text(),
                  named("pusher", setup.with(List.of(pair.second()))));
            })
            .toList();
    return new PusherKeys(cases);
  }

  private static Scheme sanity(Setup setup) {
    Scheme scheme = named("sanity", setup);
    return (request, moment) -> {
      Verdict verdict = scheme.check(request, moment);
      if (verdict instanceof Verdict.Verified verified
          && verified.timeMillis() != null
          && verified.timeMillis() < SANITY_EARLIEST_MILLIS) {
        throw Refusal.late("The timestamp is before 2021");
      }
      return verdict;
    };
  }
}
