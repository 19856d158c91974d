@NullMarked
package dev.catchment.feeds;

import org.jspecify.annotations.NullMarked;
