package dev.catchment.verify;

import dev.catchment.base.Failure;

/** A secret of two parts, split at the first colon. */
record Pair(Setup.Named first, Setup.Named second) {
  /** The parts; a secret without both is a failure that says what they are. */
  static Pair of(Setup.Named secret, String parts) {
    String text = secret.text();
    int colon = text.indexOf(':');
    if (colon < 1 || text.substring(colon + 1).isBlank()) {
      throw Failure.body(secret.field(), "must be " + parts);
    }
    return new Pair(
        new Setup.Named(text.substring(0, colon), secret.field()),
        new Setup.Named(text.substring(colon + 1), secret.field()));
  }
}
