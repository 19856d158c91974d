package dev.catchment.verify;

/**
 * What a check is told beside the request.
 *
 * @param nowMillis milliseconds since 1970
 */
record Moment(long nowMillis, KeySource keys) {}
