@NullMarked
package dev.catchment.ingest;

import org.jspecify.annotations.NullMarked;
