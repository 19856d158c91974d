/** Tests of the room {@code delivery}. */
@org.jspecify.annotations.NullMarked
package dev.catchment.delivery;
