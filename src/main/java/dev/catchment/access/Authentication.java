package dev.catchment.access;

import dev.catchment.base.Failure;

/** What a request's credentials have shown. */
public sealed interface Authentication {
  /** A valid credential decided. */
  record Known(Caller caller) implements Authentication {}

  /**
   * No credential was valid.
   *
   * @param keyPresented at least one key was tried
   */
  record Unknown(boolean keyPresented) implements Authentication {}

  /** The credential is valid, and its organization is switched off. */
  record Disabled() implements Authentication {}

  /**
   * The caller.
   *
   * @throws Failure {@code UNAUTHENTICATED} or {@code FORBIDDEN}, with the text to show
   */
  default Caller require() {
    return switch (this) {
      case Known known -> known.caller();
      case Unknown unknown ->
          throw new Failure(
              Failure.Code.UNAUTHENTICATED,
              unknown.keyPresented() ? "Invalid API key" : "Unauthorized",
              null);
      case Disabled disabled -> throw new Failure(Failure.Code.FORBIDDEN, "Forbidden", null);
    };
  }
}
