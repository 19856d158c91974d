/**
 * The tail of the log: tells whoever is connected of events, deliveries, records and issues as they
 * come and change.
 *
 * <p>It keeps nothing and promises nothing over a gap, and it knows neither connections nor the
 * JSON of the wire: subscribers and tellers are handed to it. While nobody is subscribed it reads
 * nothing.
 *
 * <p>Start reading at {@link dev.catchment.live.Live}.
 */
@NullMarked
package dev.catchment.live;

import org.jspecify.annotations.NullMarked;
