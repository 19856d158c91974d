/**
 * The gateway API: one handler class a resource, with the records of its wire format.
 *
 * <p>It decides nothing: it reads a request, asks a feature, and words the answer; no handler knows
 * a table or the HTTP library.
 *
 * <p>Start reading at a handler, for instance {@link dev.catchment.api.AuthHandler}.
 */
@NullMarked
package dev.catchment.api;

import org.jspecify.annotations.NullMarked;
