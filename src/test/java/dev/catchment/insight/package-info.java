@NullMarked
package dev.catchment.insight;

import org.jspecify.annotations.NullMarked;
