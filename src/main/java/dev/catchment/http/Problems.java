package dev.catchment.http;

import dev.catchment.base.Failure;

/** How one API words its errors. */
public interface Problems {
  /** A fault of the caller, or a state to wait out. */
  Response of(Failure failure, String requestId);

  /** A fault of ours; no detail is shown. */
  Response broken(String requestId);

  /** No route has that path. */
  Response pathNotFound(String requestId);

  /**
   * Routes have that path, but not for that method.
   *
   * @param allow the methods, separated by {@code ", "}
   */
  Response methodNotAllowed(String allow, String requestId);

  /** The route takes WebSockets alone. */
  default Response upgradeRequired(String requestId) {
    return of(Failure.invalid("A WebSocket handshake is required"), requestId);
  }
}
