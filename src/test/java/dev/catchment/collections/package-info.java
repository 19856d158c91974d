/** Tests of room {@code collections}. */
@org.jspecify.annotations.NullMarked
package dev.catchment.collections;
