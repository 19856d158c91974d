/** Tests of the room {@code api}. */
@org.jspecify.annotations.NullMarked
package dev.catchment.api;
