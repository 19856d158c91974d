/**
 * The gateway API: a handler class for each resource, and its wire records.
 *
 * <p>It holds no rule of the product and no SQL; it turns requests into calls of the features and
 * what they answer into JSON.
 *
 * <p>Start reading at {@link dev.catchment.api.IngestHandler}.
 */
@NullMarked
package dev.catchment.api;

import org.jspecify.annotations.NullMarked;
