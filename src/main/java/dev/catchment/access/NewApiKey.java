package dev.catchment.access;

import dev.catchment.base.Secret;

/**
 * A key at its creation, the only time its text is known.
 *
 * @param key the row
 * @param text what the holder presents
 */
public record NewApiKey(ApiKey key, Secret text) {}
