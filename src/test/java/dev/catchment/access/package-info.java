/** Tests of the room {@code access}. */
@org.jspecify.annotations.NullMarked
package dev.catchment.access;
