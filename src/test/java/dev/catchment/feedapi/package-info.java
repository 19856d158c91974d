@NullMarked
package dev.catchment.feedapi;

import org.jspecify.annotations.NullMarked;
