package dev.catchment.log;

/**
 * How much the log keeps in memory, and how much its readers unpack.
 *
 * @param queueEvents how many events may wait for their commit; more are refused as overload
 * @param queueBytes how many bytes those may hold together
 * @param tailBytes how many bytes of the newest events are kept for the readers
 * @param decodedBytes how many bytes a compressed body may become when a reader looks into it
 */
public record LogBounds(int queueEvents, long queueBytes, long tailBytes, long decodedBytes) {}
