package dev.catchment.delivery;

import dev.catchment.base.Scope;
import dev.catchment.db.Tx;
import java.util.List;

/**
 * Acts on attempts in the transaction that writes their beginning or their outcome. It may run more
 * than once for the same attempts when the transaction is tried again, and must be short: outcomes
 * of all destinations wait for it.
 */
@FunctionalInterface
public interface DeliveryListener {
  /**
   * Called after the outcomes were written.
   *
   * @param ended in the order of their ids; those whose claim was lost are left out
   */
  void ended(Tx tx, List<EndedAttempt> ended);

  /**
   * Called after attempts were written that are to be made, in the transaction that does so.
   *
   * @param begun all of them, in no order
   */
  default void begun(Tx tx, List<BegunAttempt> begun) {}

  /**
   * Called when the circuit breaker of a destination has opened, or has opened again because its
   * receiver has failed the probe, after that was written.
   *
   * @param at when, milliseconds since 1970
   */
  default void circuitOpened(Tx tx, Scope scope, String destinationId, long at) {}
}
