package dev.catchment.verify;

import java.util.List;

/** Lets the pair decide whose key the request names; case counts. */
record PusherKeys(List<FirstHeader.Case> cases) implements Scheme {
  @Override
  public Verdict check(SignedRequest request, Moment moment) {
    String key = request.required("X-Pusher-Key");
    for (FirstHeader.Case one : cases) {
      if (key.equals(one.value())) {
        return one.scheme().check(request, moment);
      }
    }
    throw Refusal.invalid("Header X-Pusher-Key names no key of this source");
  }
}
