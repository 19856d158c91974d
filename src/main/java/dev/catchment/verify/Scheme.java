package dev.catchment.verify;

/** A compiled way of telling a sender. Safe for use by several threads. */
@FunctionalInterface
interface Scheme {
  /** The verdict; may throw {@link Refusal} instead of returning one. */
  Verdict check(SignedRequest request, Moment moment);

  /** {@link #check} with a refusal as its verdict. */
  default Verdict judge(SignedRequest request, Moment moment) {
    try {
      return check(request, moment);
    } catch (Refusal refusal) {
      return refusal.verdict();
    }
  }
}
