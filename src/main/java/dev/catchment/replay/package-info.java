/**
 * Jobs that walk stored events on somebody's behalf: a replay sends them to a destination again, a
 * retry of many gives their failed deliveries another round. Each job moves in small paced slices
 * and keeps how far it is in the transaction of what it writes.
 *
 * <p>It sends nothing and decides no outcome: what it writes, the courier of room {@code delivery}
 * sends.
 *
 * <p>Start reading at {@link dev.catchment.replay.JobRunner}.
 */
@NullMarked
package dev.catchment.replay;

import org.jspecify.annotations.NullMarked;
