package dev.catchment.log;

/**
 * How far a reader has come.
 *
 * @param name the reader
 * @param position the last position it is done with; 0 before the first
 * @param heldUntil when the lease ends, milliseconds since 1970
 * @param claimNumber rises each time another node takes the reader over
 */
public record Cursor(String name, long position, long heldUntil, long claimNumber) {}
