/** Tests of room {@code retention}. */
@org.jspecify.annotations.NullMarked
package dev.catchment.retention;
