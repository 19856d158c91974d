/**
 * Field paths and filter rules: compiled once, evaluated purely, bounded in time and memory.
 *
 * <p>This room never knows where an event is stored, which connection or collection a rule belongs
 * to, or how a failure reaches the caller.
 *
 * <p>Start reading at {@link dev.catchment.expr.FieldPath} and {@link
 * dev.catchment.expr.FilterRules}.
 */
@NullMarked
package dev.catchment.expr;

import org.jspecify.annotations.NullMarked;
