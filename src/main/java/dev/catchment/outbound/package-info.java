/**
 * The senders behind delivery's port, and the guard that keeps every outgoing connection away from
 * private addresses.
 *
 * <p>This room never knows why a request is sent, whether it is tried again, or what a receiver's
 * answer means; no type of the HTTP client library leaves it.
 *
 * <p>Start reading at {@link dev.catchment.outbound.HttpSender} and {@link
 * dev.catchment.outbound.AddressGuard}.
 */
@NullMarked
package dev.catchment.outbound;

import org.jspecify.annotations.NullMarked;
