package dev.catchment.transform;

/** Ends an evaluation that has reached a bound; its message is a sentence without its subject. */
final class Stopped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Stopped(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
