package dev.catchment.bench;

/** A run that cannot be judged, with the reason to print. */
final class VoidRun extends RuntimeException {
  private static final long serialVersionUID = 1L;

  VoidRun(String reason) {
    super(reason, null, false, false);
  }

  VoidRun(String reason, Throwable cause) {
    super(reason + ": " + cause, cause, false, false);
  }
}
