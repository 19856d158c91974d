/**
 * Collections: specifications, the pure fold of events into records, stored records and the
 * projector that keeps them up to date from the log.
 *
 * <p>It knows no HTTP and no curation; whoever wants to act on changed records inside the same
 * transaction hands in a {@link dev.catchment.collections.RecordListener}.
 *
 * <p>Start reading at {@link dev.catchment.collections.Fold} and {@link
 * dev.catchment.collections.Projector}.
 */
@NullMarked
package dev.catchment.collections;

import org.jspecify.annotations.NullMarked;
