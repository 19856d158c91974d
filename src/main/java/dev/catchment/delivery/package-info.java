/**
 * Deliveries owed, their attempts, and the port through which they leave.
 *
 * <p>This room never knows how a request travels: what speaks HTTP or another protocol stands
 * behind {@link dev.catchment.delivery.Sender}.
 *
 * <p>Start reading at {@link dev.catchment.delivery.Sender}.
 */
@NullMarked
package dev.catchment.delivery;

import org.jspecify.annotations.NullMarked;
