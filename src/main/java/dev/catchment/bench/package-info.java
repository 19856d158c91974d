/**
 * The load generator, the receiver and the ledger behind {@code catchment bench}.
 *
 * <p>It speaks to a server over HTTP alone, as any sender does, and knows nothing of how that
 * server keeps, routes or delivers.
 *
 * <p>Start reading at {@link dev.catchment.bench.BenchCommand}, then {@code Session}, {@code
 * Generator} and {@code Ledger}.
 */
@NullMarked
package dev.catchment.bench;

import org.jspecify.annotations.NullMarked;
