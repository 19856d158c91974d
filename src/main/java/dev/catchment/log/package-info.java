/**
 * The one durable log: events in the order of their commits, appended by intake and read by cursor.
 *
 * <p>It knows nothing of sources' rules, of deliveries or of collections; whoever reads it keeps a
 * cursor and moves it with its own writes.
 *
 * <p>Start reading at {@link dev.catchment.log.EventLog}.
 */
@NullMarked
package dev.catchment.log;

import org.jspecify.annotations.NullMarked;
