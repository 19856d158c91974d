package dev.catchment.delivery;

/** Makes one outgoing call. Safe for use by several threads. */
public interface Sender {
  /**
   * Sends the request and waits for the answer, at most {@link Outgoing#timeoutMillis()} from the
   * first look-up to the last byte. Blocking; meant for a virtual thread. Never throws for trouble
   * with the network, the receiver or the URL: such trouble is a {@link SendResult.Unanswered}.
   */
  SendResult send(Outgoing request);
}
