/** Tests of room replay. */
@org.jspecify.annotations.NullMarked
package dev.catchment.replay;
