package dev.catchment.issues;

import dev.catchment.base.Scope;
import dev.catchment.delivery.EndedAttempt;

/**
 * Something that opens an issue or is counted by it.
 *
 * @param count how many of a kind came together
 * @param at when the last of them was, milliseconds since 1970
 */
record Occurrence(
    Scope scope, String destinationId, IssueKind kind, long count, long at, IssueRow.Last last) {
  static final IssueRow.Last OF_NO_ATTEMPT = new IssueRow.Last(null, null, null, null);

  /** One of that kind by an attempt. */
  static Occurrence of(EndedAttempt attempt, IssueKind kind) {
    Integer status = attempt.status();
    IssueRow.Last last =
        new IssueRow.Last(
            attempt.id(),
            attempt.eventId(),
            attempt.error(),
            status == null ? null : (Long) status.longValue());
    return new Occurrence(attempt.scope(), attempt.destinationId(), kind, 1, attempt.at(), last);
  }

  /** Both as one; the other is the later. */
  Occurrence and(Occurrence later) {
    return new Occurrence(
        scope, destinationId, kind, count + later.count, Math.max(at, later.at), later.last);
  }
}
