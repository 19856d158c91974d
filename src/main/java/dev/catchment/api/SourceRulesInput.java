package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Secret;
import dev.catchment.expr.BodyPath;
import dev.catchment.expr.FieldPath;
import dev.catchment.ingest.AddressList;
import dev.catchment.ingest.SourceRules;
import dev.catchment.json.Json;
import dev.catchment.schema.BodySchema;
import dev.catchment.verify.Template;
import dev.catchment.verify.Templates;
import dev.catchment.verify.Verification;
import dev.catchment.verify.VerificationFields;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rules of a source from the body of a change. What a template presets stands where the
 * body says nothing.
 */
final class SourceRulesInput {
  /** The fields that are read here and can be changed later. */
  static final List<String> CHANGEABLE =
      List.of(
          "verification_enabled",
          "verification_type",
          "verification_secret",
          "verification_header",
          "verification_config",
          "dedup_enabled",
          "dedup_strategy",
          "dedup_field",
          "dedup_window_seconds",
          "ip_allowlist",
          "ip_denylist",
          "schema_validation_enabled",
          "json_schema",
          "schema_action");

  private static final String CONFIG = "verification_config";
  private static final int SECRET_CHARS_MAX = 10_000;
  private static final int TYPE_CHARS_MAX = 64;
  private static final int HEADER_CHARS_MAX = 200;
  private static final int DEDUP_WINDOW_SECONDS_MAX = 604_800;
  private static final List<String> STRATEGIES =
      List.of(
          SourceRules.Dedup.PAYLOAD_HASH,
          SourceRules.Dedup.HEADER_FIELD,
          SourceRules.Dedup.BODY_FIELD);
  private static final List<String> ACTIONS =
      List.of(SourceRules.BodyRule.REJECT, SourceRules.BodyRule.WARN);

  private final Input input;
  private final SourceRules old;
  private final @Nullable Template template;
  private final boolean webSocket;

  private SourceRulesInput(
      Input input, SourceRules old, @Nullable Template template, boolean webSocket) {
    this.webSocket = webSocket;
    this.input = input;
    this.old = old;
    this.template = template;
  }

  /** The template that a new source names; empty for none. */
  static Optional<Template> template(Input input) {
    String slug = input.nullableText("template", TYPE_CHARS_MAX, null);
    return slug == null
        ? Optional.empty()
        : Optional.of(
            Templates.find(slug)
                .orElseThrow(() -> Failure.body("template", "is not a known template")));
  }

  /**
   * The rules of a new source.
   *
   * @param webSocket whether it takes messages of WebSockets, which are let in by the secret alone
   */
  static SourceRules create(Input input, @Nullable Template template, boolean webSocket) {
    SourceRules none = SourceRules.NONE;
    SourceRules preset =
        template == null
            ? none
            : new SourceRules(
                template.slug(),
                new SourceRules.Verifying(
                    false, new VerificationFields(template.verificationType(), null, null, null)),
                new SourceRules.Dedup(
                    false,
                    template.dedupStrategy(),
                    template.dedupField(),
                    SourceRules.Dedup.WINDOW_SECONDS),
                none.addresses(),
                none.body());
    return new SourceRulesInput(input, preset, template, webSocket).read();
  }

  /** The rules of a source that was there before. */
  static SourceRules change(Input input, SourceRules old, boolean webSocket) {
    Template template = old.template() == null ? null : Templates.find(old.template()).orElse(null);
    return new SourceRulesInput(input, old, template, webSocket).read();
  }

  private SourceRules read() {
    return new SourceRules(old.template(), verifying(), dedup(), addresses(), body());
  }

  private SourceRules.Verifying verifying() {
    VerificationFields before = old.verifying().fields();
    String type = type(before.type());
    VerificationFields fields =
        new VerificationFields(
            type,
            secret(before.secret()),
            input.nullableText("verification_header", HEADER_CHARS_MAX, before.header()),
            config(before));
    boolean known =
        webSocket
            ? fields.secret() != null
            : type != null && (fields.secret() != null || !Verification.needsSecret(type));
    // Pasting the secret that was missing is all that a user should have to do.
    boolean completed =
        known
            && ((before.type() == null && !webSocket)
                || (before.secret() == null && fields.secret() != null));
    boolean enabled = input.flag("verification_enabled", old.verifying().enabled() || completed);
    if (enabled && type == null && !webSocket) {
      throw Failure.body("verification_type", "is required to enable verification");
    }
    if (enabled && !known) {
      throw Failure.body("verification_secret", "is required to enable verification");
    }
    if (!webSocket && (enabled || (fields.secret() != null && type != null))) {
      // The ingest URL is not known yet; a placeholder tells the same faults.
      var _ = Verification.compile(fields, slug(), "https://ingest.invalid/");
    }
    return new SourceRules.Verifying(enabled, fields);
  }

  private @Nullable String slug() {
    return template == null ? null : template.slug();
  }

  private @Nullable String type(@Nullable String before) {
    String given = input.nullableText("verification_type", TYPE_CHARS_MAX, before);
    return given == null
        ? null
        : Verification.canonicalType(given)
            .orElseThrow(
                () -> Failure.body("verification_type", "is not a known verification type"));
  }

  private @Nullable Secret secret(@Nullable Secret before) {
    String given = input.nullableText("verification_secret", SECRET_CHARS_MAX, null);
    if (!input.has("verification_secret")
        || (before != null && given != null && given.equals(before.masked()))) {
      return before;
    }
    if (given != null && Secret.isMask(given)) {
      throw Failure.body("verification_secret", Masks.MASKED);
    }
    return given == null || given.isEmpty() ? null : new Secret(given);
  }

  private Json.@Nullable Obj config(VerificationFields before) {
    Json.Obj given = input.object(CONFIG, before.config());
    return given == null || !input.has(CONFIG)
        ? given
        : Masks.keepConfig(CONFIG, given, withSecret(before));
  }

  /** The secret stands in a column of its own, and may go among the further ones. */
  private static Json.@Nullable Obj withSecret(VerificationFields before) {
    if (before.secret() == null) {
      return before.config();
    }
    Json.ObjBuilder whole = Json.object();
    if (before.config() != null) {
      whole.putAll(before.config());
    }
    return whole.put("secret", before.secret().reveal()).build();
  }

  private SourceRules.Dedup dedup() {
    SourceRules.Dedup before = old.dedup();
    boolean enabled = input.flag("dedup_enabled", before.enabled());
    String strategy = word("dedup_strategy", STRATEGIES, before.strategy());
    if (enabled && strategy == null) {
      strategy = SourceRules.Dedup.PAYLOAD_HASH;
    }
    String field = input.nullableText("dedup_field", FieldPath.LENGTH_MAX, before.field());
    boolean needsField = strategy != null && !strategy.equals(SourceRules.Dedup.PAYLOAD_HASH);
    if (enabled && needsField && (field == null || field.isBlank())) {
      throw Failure.body("dedup_field", "is required for the strategy " + strategy);
    }
    if (field != null && SourceRules.Dedup.BODY_FIELD.equals(strategy)) {
      var _ = BodyPath.parse(field, "dedup_field");
    }
    if (field != null
        && SourceRules.Dedup.HEADER_FIELD.equals(strategy)
        && !HeaderRules.isName(field)) {
      throw Failure.body("dedup_field", "must be the name of a header");
    }
    return new SourceRules.Dedup(
        enabled,
        strategy,
        field,
        input.integer("dedup_window_seconds", 1, DEDUP_WINDOW_SECONDS_MAX, before.windowSeconds()));
  }

  private SourceRules.Addresses addresses() {
    return new SourceRules.Addresses(
        list("ip_allowlist", old.addresses().allow()), list("ip_denylist", old.addresses().deny()));
  }

  private Json.@Nullable Arr list(String field, Json.@Nullable Arr before) {
    if (!input.has(field)) {
      return before;
    }
    if (input.body().get(field) instanceof Json.Null) {
      return null;
    }
    Json.Arr entries = input.array(field, new Json.Arr(List.of()));
    var _ = AddressList.parse(entries, field);
    return entries.items().isEmpty() ? null : entries;
  }

  private SourceRules.BodyRule body() {
    SourceRules.BodyRule before = old.body();
    boolean enabled = input.flag("schema_validation_enabled", before.enabled());
    Json.Obj schema = input.object("json_schema", before.schema());
    String action = word("schema_action", ACTIONS, before.action());
    if (enabled && schema == null) {
      throw Failure.body("json_schema", "is required to enable schema validation");
    }
    if (schema != null && input.has("json_schema")) {
      var _ = BodySchema.compile(schema);
    }
    return new SourceRules.BodyRule(
        enabled, schema, enabled && action == null ? SourceRules.BodyRule.REJECT : action);
  }

  private @Nullable String word(String field, List<String> words, @Nullable String before) {
    return switch (input.body().get(field)) {
      case null -> before;
      case Json.Null none -> null;
      default -> input.word(field, words, words.getFirst());
    };
  }
}
