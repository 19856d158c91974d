package dev.catchment.verify;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets the first header that is present decide alone: newer ones come first. */
record FirstHeader(List<Case> cases) implements Scheme {
  /**
   * One of the possible headers.
   *
   * @param value the value it must have; null for any, an empty one included
   */
  record Case(String header, @Nullable String value, Scheme scheme) {}

  static FirstHeader of(Case... cases) {
    return new FirstHeader(List.of(cases));
  }

  static Case when(String header, Scheme scheme) {
    return new Case(header, null, scheme);
  }

  static Case when(String header, String value, Scheme scheme) {
    return new Case(header, value, scheme);
  }

  @Override
  public Verdict check(SignedRequest request, Moment moment) {
    for (Case one : cases) {
      String value = request.header(one.header);
      if (value != null && (one.value == null || one.value.equalsIgnoreCase(value.strip()))) {
        return one.scheme.check(request, moment);
      }
    }
    Case first = cases.getFirst();
    throw Refusal.missing(
        "Header "
            + first.header
            + (first.value == null ? "" : " with the value " + first.value)
            + " is missing");
  }
}
