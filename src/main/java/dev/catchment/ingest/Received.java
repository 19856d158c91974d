package dev.catchment.ingest;

import dev.catchment.log.Event;

/**
 * A request as it came to an ingest URL.
 *
 * @param sourceId as written in the URL
 * @param facts the request beside its body
 * @param body the raw bytes, already counted against the server's limit
 */
public record Received(String sourceId, Event.RequestFacts facts, byte[] body) {}
