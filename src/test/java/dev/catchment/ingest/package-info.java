/** Tests of room {@code ingest}. */
@org.jspecify.annotations.NullMarked
package dev.catchment.ingest;
