@NullMarked
package dev.catchment.json;

import org.jspecify.annotations.NullMarked;
