/** Tests of room {@code base}. */
@org.jspecify.annotations.NullMarked
package dev.catchment.base;
