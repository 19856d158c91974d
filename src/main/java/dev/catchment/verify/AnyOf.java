package dev.catchment.verify;

import java.util.List;

/** Is content when one of several schemes is. */
record AnyOf(List<Scheme> schemes) implements Scheme {
  @Override
  public Verdict check(SignedRequest request, Moment moment) {
    Verdict best = null;
    for (Scheme scheme : schemes) {
      Verdict verdict = scheme.judge(request, moment);
      if (!(verdict instanceof Verdict.Refused refused)) {
        return verdict;
      }
      if (best == null
          || ((Verdict.Refused) best).reason() == Reason.SIGNATURE_MISSING
          || refused.reason() == Reason.TIMESTAMP_OUT_OF_TOLERANCE) {
        best = verdict;
      }
    }
    if (best == null) {
      throw Refusal.misconfigured("The source has no secret");
    }
    return best;
  }
}
