package dev.catchment.delivery;

/** Makes the body of a delivery that was routed with a transform. */
@FunctionalInterface
public interface Transformer {
  /**
   * The body to send; called for each attempt by a thread that may wait, and gives the same for
   * each attempt of one delivery.
   *
   * @param owed a delivery whose {@link Owed#transform()} is not null
   */
  Payload payload(Owed owed);
}
