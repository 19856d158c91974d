package dev.catchment.outbound;

import java.net.UnknownHostException;

/** A name or literal leads to an address that may not be called; the message is safe to show. */
public final class BlockedAddressException extends UnknownHostException {
  private static final long serialVersionUID = 1L;

  BlockedAddressException(String sentence) {
    super(sentence);
  }

  /** The sentence to show. */
  public String sentence() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
