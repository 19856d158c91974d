@NullMarked
package dev.catchment.transform;

import org.jspecify.annotations.NullMarked;
