package dev.catchment.log;

/**
 * An event with its place in the log.
 *
 * @param position from 1, without gaps, in the order of the commits
 */
public record StoredEvent(long position, Event event) {}
