/** Tests of the room {@code vault}. */
@org.jspecify.annotations.NullMarked
package dev.catchment.vault;
