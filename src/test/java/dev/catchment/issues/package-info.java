/** Tests of room issues. */
@org.jspecify.annotations.NullMarked
package dev.catchment.issues;
