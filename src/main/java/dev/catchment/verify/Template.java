package dev.catchment.verify;

import dev.catchment.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * What is preset for a provider, so that its user only pastes a secret.
 *
 * @param wire the members that {@code GET /v1/sources/templates} shows
 * @param preset what a new source or collection takes over beside them: {@code dedup_strategy},
 *     {@code dedup_field}, {@code event_time_path} and {@code response} (as in {@code
 *     source_config}), each null where the provider gives none
 */
public record Template(Json.Obj wire, Json.Obj preset) {
  /** The word by which a source names it. */
  public String slug() {
    return wire.textOf("slug", "");
  }

  /** The scheme by which requests are verified; null for none. */
  public @Nullable String verificationType() {
    return wire.textOf("verification_type");
  }

  /** The header that carries the signature; null where none is preset. */
  public @Nullable String verificationHeader() {
    return wire.textOf("verification_header");
  }

  /** What the scheme is told beside the secret; null for nothing. */
  public Json.@Nullable Obj verificationConfig() {
    return wire.get("verification_config") instanceof Json.Obj config ? config : null;
  }

  /** Where the type of an event is found: a path into the body, or {@code headers.<name>}. */
  public @Nullable String eventTypeField() {
    return wire.textOf("event_type_field");
  }

  /** {@code header_field} or {@code body_field}. */
  public @Nullable String dedupStrategy() {
    return preset.textOf("dedup_strategy");
  }

  /** The header, or the path into the body, that names a delivery. */
  public @Nullable String dedupField() {
    return preset.textOf("dedup_field");
  }

  /** Where the time of an event is found. */
  public @Nullable String eventTimePath() {
    return preset.textOf("event_time_path");
  }

  /** What the provider wants to read after an accepted request. */
  public Json.@Nullable Obj response() {
    return preset.get("response") instanceof Json.Obj response ? response : null;
  }
}
