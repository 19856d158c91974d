package dev.catchment.schema;

/**
 * One way in which a body does not fit its schema.
 *
 * @param path a JSON Pointer (RFC 6901) to the value; empty for the whole body
 * @param keyword the keyword of the schema that it breaks; {@code parse} for a body that is no JSON
 * @param message a sentence without the path
 */
public record Violation(String path, String keyword, String message) {}
