package dev.catchment.delivery;

/**
 * An attempt that has just been written and is to be made.
 *
 * @param id of the attempt
 * @param envId its environment
 */
public record BegunAttempt(String id, String envId) {}
