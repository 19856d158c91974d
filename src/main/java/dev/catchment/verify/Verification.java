package dev.catchment.verify;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The compiled verifier of one source. Make it once for each state of the source and keep it; safe
 * for use by several threads. It calls nothing and blocks nowhere.
 */
public final class Verification {
  private static final int SECRET_CHARS_MAX = 10_000;
  private static final String SNS = "aws-sns";
  private static final String SECRET = "verification_secret";

  private final String type;
  private final Scheme scheme;
  private final long onceForMillis;

  private Verification(String type, Scheme scheme, long onceForMillis) {
    this.type = type;
    this.scheme = scheme;
    this.onceForMillis = onceForMillis;
  }

  /**
   * The verifier of these fields. Throws {@code INVALID}, naming the field, for everything that can
   * be seen without a request: an unknown type, a secret that is no key of the scheme, a wrong
   * member of {@code verification_config}.
   *
   * @param template the slug of the source's template, whose presets fill what the fields leave out
   * @param ingestUrl the public ingest URL without a query, for the schemes that sign it
   */
  public static Verification compile(
      VerificationFields fields, @Nullable String template, @Nullable String ingestUrl) {
    Optional<Template> preset = template == null ? Optional.empty() : Templates.find(template);
    String given =
        fields.type() == null ? preset.map(Template::verificationType).orElse(null) : fields.type();
    if (given == null) {
      throw Failure.body("verification_type", "is needed");
    }
    String word =
        Types.find(given)
            .orElseThrow(
                () -> Failure.body("verification_type", "is not a known verification type"));
    String type = Types.scheme(word);
    // The presets of the source's template, unless the type was changed to another's.
    Template filling =
        preset
            .filter(found -> type.equals(found.verificationType()))
            .or(() -> Templates.find(word))
            .orElse(null);
    Options options = new Options(merged(fields.config(), filling));
    String url = options.url();
    Setup setup =
        new Setup(
            options,
            header(fields, filling),
            secrets(fields, type, options),
            new PublicUrl(url == null ? ingestUrl : url));
    // Read by some schemes only, but wrong for all.
    options.encoding();
    options.tolerance();
    return new Verification(
        type,
        Schemes.compile(type, setup, filling == null ? null : filling.slug()),
        type.equals("mailgun") ? BodySchemes.mailgunOnceForMillis(options) : 0);
  }

  /**
   * As {@link #compile} for a source that was stored: fields that do not compile give a verifier
   * that refuses every request as misconfigured.
   */
  public static Verification stored(
      VerificationFields fields, @Nullable String template, @Nullable String ingestUrl) {
    try {
      return compile(fields, template, ingestUrl);
    } catch (Failure failure) {
      Verdict refused = new Verdict.Refused(Reason.VERIFIER_MISCONFIGURED, failure.sentence());
      return new Verification("", (request, moment) -> refused, 0);
    }
  }

  /**
   * The type as it is written on output: a general word with underscores, or the slug of a
   * template; empty for an unknown one.
   */
  public static Optional<String> canonicalType(String type) {
    return Types.find(type);
  }

  /**
   * The header that a source of that type and template has unless it names one: the template's, and
   * {@code X-Signature} for the general HMAC types; null where there is none.
   */
  public static @Nullable String usualHeader(@Nullable String type, @Nullable String template) {
    String word = type == null ? null : Types.find(type).orElse(null);
    Template preset = template == null ? null : Templates.find(template).orElse(null);
    if (preset != null && (word == null || Types.scheme(word).equals(preset.verificationType()))) {
      return preset.verificationHeader();
    }
    if (word == null) {
      return null;
    }
    return word.startsWith("hmac_")
        ? GenericHmac.HEADER
        : Templates.find(word).map(Template::verificationHeader).orElse(null);
  }

  /** Whether a source of that type needs a secret to be pasted. */
  public static boolean needsSecret(String type) {
    return !Types.find(type).orElse("").equals(SNS);
  }

  /**
   * Whether the sender must not learn of a refusal: the request is answered as if it had been
   * accepted, and kept as a refused one.
   */
  public boolean hidesRefusal() {
    return type.equals("websub");
  }

  /**
   * For how long the id of a verified request must be remembered, in milliseconds, so that it is
   * taken once only: where a scheme does not sign the body, whoever saw a request could send
   * another body under its signature. 0 where nothing is to be remembered.
   */
  public long onceForMillis() {
    return onceForMillis;
  }

  /** Judges a request; asks for a key where the scheme needs one. Throws nothing. */
  public Verdict check(SignedRequest request, long nowMillis) {
    return check(request, nowMillis, KeySource.none());
  }

  /** The same with the keys that the caller holds. */
  public Verdict check(SignedRequest request, long nowMillis, KeySource keys) {
    try {
      return scheme.judge(request, new Moment(nowMillis, keys));
    } catch (RuntimeException e) {
      return new Verdict.Refused(
          Reason.VERIFIER_MISCONFIGURED, "The verifier failed: " + e.getClass().getSimpleName());
    }
  }

  private static Json.Obj merged(Json.@Nullable Obj config, @Nullable Template template) {
    Json.ObjBuilder merged = Json.object();
    if (template != null && template.verificationConfig() != null) {
      merged.putAll(template.verificationConfig());
    }
    if (config != null) {
      merged.putAll(config);
    }
    return merged.build();
  }

  private static @Nullable String header(VerificationFields fields, @Nullable Template template) {
    String own = Options.headerName(fields.header(), "verification_header");
    return own != null || template == null ? own : template.verificationHeader();
  }

  private static List<Setup.Named> secrets(
      VerificationFields fields, String type, Options options) {
    List<Setup.Named> secrets = new ArrayList<>();
    String secret = fields.secret() == null ? "" : fields.secret().reveal();
    if (!secret.isBlank()) {
      secrets.add(new Setup.Named(secret, SECRET));
    } else if (needsSecret(type)) {
      throw Failure.body(SECRET, "is needed, and may not be empty");
    }
    secrets.addAll(options.moreSecrets());
    for (Setup.Named named : secrets) {
      if (named.text().length() > SECRET_CHARS_MAX) {
        throw Failure.body(named.field(), "may have at most " + SECRET_CHARS_MAX + " characters");
      }
    }
    return List.copyOf(secrets);
  }
}
