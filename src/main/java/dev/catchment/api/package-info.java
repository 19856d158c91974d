/**
 * The management API: one handler class a resource, which reads bodies and writes rows.
 *
 * <p>It holds no rule of any feature; a handler turns a request into a call and the outcome into
 * JSON.
 *
 * <p>Start reading at {@link dev.catchment.api.FeedHandler}.
 */
@NullMarked
package dev.catchment.api;

import org.jspecify.annotations.NullMarked;
