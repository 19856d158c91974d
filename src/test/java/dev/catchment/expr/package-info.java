@NullMarked
package dev.catchment.expr;

import org.jspecify.annotations.NullMarked;
