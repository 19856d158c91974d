/**
 * Wide events, counters and health: the one face of the logging and metrics libraries.
 *
 * <p>It knows no feature; a feature hands it names and numbers.
 *
 * <p>Start reading at {@link dev.catchment.observe.Log} and {@link dev.catchment.observe.Metrics}.
 */
@NullMarked
package dev.catchment.observe;

import org.jspecify.annotations.NullMarked;
