/** Tests of the room {@code worker}. */
@org.jspecify.annotations.NullMarked
package dev.catchment.worker;
