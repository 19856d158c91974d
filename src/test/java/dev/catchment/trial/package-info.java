/** Tests of room {@code trial}. */
@org.jspecify.annotations.NullMarked
package dev.catchment.trial;
