/**
 * What removes rows once they are old or too many: events with their bodies and attempts,
 * tombstones, refused requests.
 *
 * <p>It knows no door and no rule of a feature beyond what may be removed; the statements stand in
 * the table classes of the rooms whose rows they are.
 *
 * <p>Start reading at {@link dev.catchment.retention.Retention}.
 */
@NullMarked
package dev.catchment.retention;

import org.jspecify.annotations.NullMarked;
