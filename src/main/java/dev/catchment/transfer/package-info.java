/**
 * Records of a collection on their way out and in: exports as NDJSON, CSV and Parquet, and lines
 * that become events of the collection's source. The one face of the CSV and Parquet libraries.
 *
 * <p>It knows nothing of requests; it writes to a stream and reads lines.
 *
 * <p>Start reading at {@link dev.catchment.transfer.Export} and {@link
 * dev.catchment.transfer.Seeding}.
 */
@NullMarked
package dev.catchment.transfer;

import org.jspecify.annotations.NullMarked;
