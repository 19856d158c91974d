package dev.catchment.ingest;

import dev.catchment.json.Json;
import dev.catchment.verify.VerificationFields;
import org.jspecify.annotations.Nullable;

/**
 * What a source asks of its requests beside its status.
 *
 * @param template the slug of the provider's template it was made from; null for none
 */
public record SourceRules(
    @Nullable String template,
    Verifying verifying,
    Dedup dedup,
    Addresses addresses,
    BodyRule body) {

  /** Asks nothing. */
  public static final SourceRules NONE =
      new SourceRules(
          null,
          new Verifying(false, new VerificationFields(null, null, null, null)),
          new Dedup(false, null, null, Dedup.WINDOW_SECONDS),
          new Addresses(null, null),
          new BodyRule(false, null, null));

  /** Whether and how signatures are verified. */
  public record Verifying(boolean enabled, VerificationFields fields) {}

  /**
   * Whether and how duplicates are told.
   *
   * @param strategy {@code payload_hash}, {@code header_field} or {@code body_field}; null for none
   * @param field the header or the path, for the last two
   * @param windowSeconds 1 to 604,800
   */
  public record Dedup(
      boolean enabled, @Nullable String strategy, @Nullable String field, int windowSeconds) {
    public static final String PAYLOAD_HASH = "payload_hash";
    public static final String HEADER_FIELD = "header_field";
    public static final String BODY_FIELD = "body_field";

    /** The window unless another is given. */
    public static final int WINDOW_SECONDS = 300;
  }

  /** Who may send: addresses and CIDR ranges; null for no list. */
  public record Addresses(Json.@Nullable Arr allow, Json.@Nullable Arr deny) {}

  /**
   * What the body must look like.
   *
   * @param action {@code reject} or {@code warn}; null for none
   */
  public record BodyRule(boolean enabled, Json.@Nullable Obj schema, @Nullable String action) {
    public static final String REJECT = "reject";
    public static final String WARN = "warn";
  }
}
