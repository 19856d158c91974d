/**
 * Steps, the loops that drive them, and the supervisor that starts, watches and stops the loops.
 *
 * <p>It knows no feature and no store: a step is handed to it, and so is whoever wakes it.
 *
 * <p>Start reading at {@link dev.catchment.worker.Step} and {@link dev.catchment.worker.Loop}.
 */
@NullMarked
package dev.catchment.worker;

import org.jspecify.annotations.NullMarked;
