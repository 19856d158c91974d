/**
 * Connections between sources and destinations, the pure match, the dispatcher that reads the log
 * and owes deliveries, and events as operators see them.
 *
 * <p>It sends nothing: what it owes, the courier of room {@code delivery} sends.
 *
 * <p>Start reading at {@link dev.catchment.routing.Dispatcher}.
 */
@NullMarked
package dev.catchment.routing;

import org.jspecify.annotations.NullMarked;
