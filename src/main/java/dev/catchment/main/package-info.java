/**
 * The commands, the configuration and the wiring: the only room that sees all others.
 *
 * <p>Nothing imports this room. It holds no rule of the product, only what is built from what.
 *
 * <p>Start reading at {@link dev.catchment.main.Main}.
 */
@NullMarked
package dev.catchment.main;

import org.jspecify.annotations.NullMarked;
