/**
 * The one face of the JSON library: the tree, the parser, the writer and path lookup.
 *
 * <p>No type of the library leaves this room. It knows nothing of requests, events or records.
 *
 * <p>Start reading at {@link dev.catchment.json.Json}.
 */
@NullMarked
package dev.catchment.json;

import org.jspecify.annotations.NullMarked;
