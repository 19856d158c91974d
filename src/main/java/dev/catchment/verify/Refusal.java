package dev.catchment.verify;

/** Ends a check from within; never leaves the room. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final String detail;

  private Refusal(Reason reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
    this.detail = detail;
  }

  static Refusal missing(String detail) {
    return new Refusal(Reason.SIGNATURE_MISSING, detail);
  }

  static Refusal invalid(String detail) {
    return new Refusal(Reason.SIGNATURE_INVALID, detail);
  }

  static Refusal late(String detail) {
    return new Refusal(Reason.TIMESTAMP_OUT_OF_TOLERANCE, detail);
  }

  static Refusal misconfigured(String detail) {
    return new Refusal(Reason.VERIFIER_MISCONFIGURED, detail);
  }

  Verdict.Refused verdict() {
    return new Verdict.Refused(reason, detail);
  }
}
