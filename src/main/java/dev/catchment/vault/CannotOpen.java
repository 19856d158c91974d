package dev.catchment.vault;

/** A sealed text that stays closed. The message names the place and the way out, never a secret. */
public final class CannotOpen extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** What is in the way. */
  public enum Reason {
    /** It was sealed with a key that this server was not given. */
    UNKNOWN_KEY,
    /** It was sealed by a later version of the product. */
    UNKNOWN_VERSION,
    /** It is not what was sealed for this row: changed, moved or cut off. */
    BROKEN
  }

  private final Reason reason;

  private CannotOpen(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  static CannotOpen unknownKey(String place, String keyId, String ownKeyId) {
    return new CannotOpen(
        Reason.UNKNOWN_KEY,
        place
            + " was sealed with the key "
            + keyId
            + ", which this server was not given (its own is "
            + ownKeyId
            + "): set auth.secret_key to that key, or add it to auth.previous_secret_keys");
  }

  static CannotOpen unknownVersion(String place, String version) {
    return new CannotOpen(
        Reason.UNKNOWN_VERSION,
        place + " was sealed in the form " + version + ", which this version cannot read: upgrade");
  }

  static CannotOpen broken(String place) {
    return new CannotOpen(
        Reason.BROKEN,
        place + " is not what was sealed there: restore the row or delete it and make it anew");
  }

  public Reason reason() {
    return reason;
  }
}
