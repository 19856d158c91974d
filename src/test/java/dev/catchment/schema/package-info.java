@NullMarked
package dev.catchment.schema;

import org.jspecify.annotations.NullMarked;
