@NullMarked
package dev.catchment.verify;

import org.jspecify.annotations.NullMarked;
