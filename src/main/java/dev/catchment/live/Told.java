package dev.catchment.live;

/**
 * A message for everyone on one channel, made once.
 *
 * @param type {@code event}, {@code delivery}, {@code record}, {@code issue}
 * @param position the event's place in the log, from which a subscriber may go on; 0 for others
 * @param json {@code {"type", "channel", "data"}}; not to be modified
 */
public record Told(String type, long position, byte[] json) {}
