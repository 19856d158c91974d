/**
 * The read API of the feeds with its own envelope, codes and headers.
 *
 * <p>It knows no SQL and no rule of curation, and it changes nothing.
 *
 * <p>Start reading at {@link dev.catchment.feedapi.FeedApi}.
 */
@NullMarked
package dev.catchment.feedapi;

import org.jspecify.annotations.NullMarked;
