package dev.catchment.access;

import org.jspecify.annotations.Nullable;

/**
 * Where a person's request came from.
 *
 * @param address the client address, as the server's proxy rules give it
 * @param userAgent the header {@code User-Agent}
 */
public record Client(String address, @Nullable String userAgent) {}
