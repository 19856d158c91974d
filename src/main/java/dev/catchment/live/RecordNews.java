package dev.catchment.live;

/**
 * A change of a record, worded once for everyone who is told of it.
 *
 * @param number of the change
 * @param cursor the place after it, as text
 * @param op {@code upsert} or {@code delete}
 * @param json the whole message; not to be modified
 */
public record RecordNews(long number, String cursor, String op, byte[] json) {}
