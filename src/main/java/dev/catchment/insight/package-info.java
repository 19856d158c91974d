/**
 * What the records of a collection look like and what they add up to: fields found in a sample, how
 * they changed, and metrics over groups.
 *
 * <p>It knows nothing of requests, and of records only what {@code collections} hands over.
 *
 * <p>Start reading at {@link dev.catchment.insight.FieldTree} and {@link
 * dev.catchment.insight.Aggregation}.
 */
@NullMarked
package dev.catchment.insight;

import org.jspecify.annotations.NullMarked;
