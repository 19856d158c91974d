/**
 * The house tests: they read ARCHITECTURE.md and hold the code to it, and to the habits that no
 * compiler checks.
 *
 * <p>They know the shape of the code, never what it does. Package {@code sample} breaks each rule
 * on purpose, so that a rule which no longer sees anything fails as well.
 *
 * <p>Start reading at {@link dev.catchment.house.RoomsTest}.
 */
@NullMarked
package dev.catchment.house;

import org.jspecify.annotations.NullMarked;
