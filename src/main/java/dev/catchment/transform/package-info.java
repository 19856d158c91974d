/**
 * Transforms of bodies by JSONata expressions, and the one face of the JSONata library: every
 * expression runs within bounds of time, depth and memory, whatever it says.
 *
 * <p>It knows neither connections nor deliveries: it is handed a text, a parsed body and the facts
 * of an event.
 *
 * <p>Start reading at {@link dev.catchment.transform.Transforms}; what the library leaves unbounded
 * is bounded in {@link dev.catchment.transform.Guard} and {@link dev.catchment.transform.Builtins}.
 */
@NullMarked
package dev.catchment.transform;

import org.jspecify.annotations.NullMarked;
