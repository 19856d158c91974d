/** Tests of the room {@code routing}. */
@org.jspecify.annotations.NullMarked
package dev.catchment.routing;
