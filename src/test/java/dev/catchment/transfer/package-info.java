@NullMarked
package dev.catchment.transfer;

import org.jspecify.annotations.NullMarked;
