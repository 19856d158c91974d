@NullMarked
package dev.catchment.outbound;

import org.jspecify.annotations.NullMarked;
