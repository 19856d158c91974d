/**
 * Sources and intake: what a source accepts, and the one path by which events get into the log.
 *
 * <p>It is handed bytes and headers and knows no HTTP server; it routes, delivers and projects
 * nothing.
 *
 * <p>Start reading at {@link dev.catchment.ingest.Ingest}.
 */
@NullMarked
package dev.catchment.ingest;

import org.jspecify.annotations.NullMarked;
