package dev.catchment.ingest;

/**
 * A request that became an event. The event is durably committed.
 *
 * @param eventId 32 hex digits
 * @param source the source as it was when the request was judged
 */
public record Accepted(String eventId, Source source) {}
