/** Tests of room {@code db}. */
@org.jspecify.annotations.NullMarked
package dev.catchment.ingest;
