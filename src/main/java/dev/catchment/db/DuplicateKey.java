package dev.catchment.db;

/** A row with the same unique key exists already. */
public final class DuplicateKey extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DuplicateKey(String message, Throwable cause) {
    super(message, cause);
  }
}
