/** A room that breaks rules on purpose. */
@NullMarked
package dev.catchment.house.sample.low;

import org.jspecify.annotations.NullMarked;
