package dev.catchment.ingest;

/**
 * What a sender signed to be used once.
 *
 * @param hash its SHA-256 in hex
 * @param expiresAt until when it would be taken again if it were forgotten, in milliseconds since
 *     1970
 */
record Token(String hash, long expiresAt) {}
