package dev.catchment.verify;

import dev.catchment.base.Secret;
import dev.catchment.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * The members of a source that say how its requests are verified.
 *
 * @param type {@code verification_type}; dashes and underscores are interchangeable
 * @param secret {@code verification_secret} in the clear
 * @param header {@code verification_header}; null for the scheme's own
 * @param config {@code verification_config} in the clear; null for none
 */
public record VerificationFields(
    @Nullable String type,
    @Nullable Secret secret,
    @Nullable String header,
    Json.@Nullable Obj config) {}
