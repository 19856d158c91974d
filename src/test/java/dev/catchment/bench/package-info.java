/**
 * Tests of the bench against servers that keep, lose and repeat events.
 *
 * <p>They know no other room's tests.
 *
 * <p>Start reading at {@code BenchCommandTest}.
 */
@NullMarked
package dev.catchment.bench;

import org.jspecify.annotations.NullMarked;
