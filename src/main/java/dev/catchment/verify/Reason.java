package dev.catchment.verify;

import java.util.Locale;

/** Why a request is not taken for its sender's. */
public enum Reason {
  /** A header or member that the scheme needs is missing or empty. */
  SIGNATURE_MISSING,
  /** Nothing in the request fits a secret of the source. */
  SIGNATURE_INVALID,
  /** The signed time is too far from now. */
  TIMESTAMP_OUT_OF_TOLERANCE,
  /** The source's own settings cannot judge any request. */
  VERIFIER_MISCONFIGURED;

  /** The word on the wire and in the store. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
