package dev.catchment.verify;

import dev.catchment.base.Secret;
import org.jspecify.annotations.Nullable;

/**
 * A request for a provider's key, to be made without following redirects; only an answer of 200
 * counts.
 *
 * @param url an address whose scheme and host were checked already
 * @param json what to POST, with the credentials in it; null for a GET
 */
public record Fetch(String url, @Nullable Secret json) {}
