package dev.catchment.issues;

import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.Tx;
import dev.catchment.delivery.DeadLetters;
import dev.catchment.delivery.DeliveryListener;
import dev.catchment.delivery.EndedAttempt;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Opens and counts issues in the transactions that write what came of attempts. Successes cost
 * nothing; failures cost a look at the rate of errors now and then, dead letters one statement for
 * all issues of a batch and one for the letters.
 */
public final class IssueTracker implements DeliveryListener {
  private final Ids ids;
  private final List<IssueListener> listeners;
  private final ErrorRates rates = new ErrorRates();

  /** A tracker that tells these of every change. */
  public IssueTracker(Ids ids, List<IssueListener> listeners) {
    this.ids = ids;
    this.listeners = List.copyOf(listeners);
  }

  @Override
  public void ended(Tx tx, List<EndedAttempt> ended) {
    List<EndedAttempt> failed =
        ended.stream().filter(one -> one.fate() != EndedAttempt.Fate.DELIVERED).toList();
    if (failed.isEmpty()) {
      return;
    }
    List<EndedAttempt> letters = failed.stream().filter(IssueTracker::counts).toList();
    List<Occurrence> occurrences = new ArrayList<>(rates.judge(tx, failed));
    letters.forEach(letter -> occurrences.add(Occurrence.of(letter, IssueKind.of(letter))));
    Map<String, IssueRow> issues = occur(tx, occurrences);
    Map<Scope, Map<String, String>> blamed = new HashMap<>();
    for (EndedAttempt letter : letters) {
      IssueRow issue = issues.get(key(letter.destinationId(), IssueKind.of(letter)));
      if (issue != null) {
        blamed.computeIfAbsent(letter.scope(), any -> new TreeMap<>()).put(letter.id(), issue.id());
      }
    }
    blamed.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Comparator.comparing(Scope::envId)))
        .forEach(entry -> DeadLetters.blame(tx, entry.getKey(), entry.getValue()));
  }

  /** Whether it counts for an issue by itself. */
  private static boolean counts(EndedAttempt attempt) {
    return attempt.fate() == EndedAttempt.Fate.DEAD || attempt.fate() == EndedAttempt.Fate.GONE;
  }

  @Override
  public void circuitOpened(Tx tx, Scope scope, String destinationId, long at) {
    occur(
        tx,
        List.of(
            new Occurrence(
                scope, destinationId, IssueKind.CIRCUIT_OPEN, 1, at, Occurrence.OF_NO_ATTEMPT)));
  }

  /** The issues by destination and kind, once those of a pair were counted together. */
  private Map<String, IssueRow> occur(Tx tx, List<Occurrence> occurrences) {
    Map<String, Occurrence> byKey = new TreeMap<>();
    occurrences.forEach(
        one -> byKey.merge(key(one.destinationId(), one.kind()), one, Occurrence::and));
    Map<String, IssueRow> issues = new HashMap<>();
    if (!byKey.isEmpty()) {
      List<IssueRow> rows = Issues.occur(tx, ids, List.copyOf(byKey.values()));
      rows.forEach(issue -> issues.put(key(issue.destinationId(), issue.kind()), issue));
      tell(tx, rows);
    }
    return issues;
  }

  private static String key(String destinationId, IssueKind kind) {
    return destinationId + ":" + kind.word();
  }

  /**
   * Sets what people may set; throws {@code NOT_FOUND}.
   *
   * @param status null for as it is
   * @param snooze null for as it is
   */
  public IssueRow change(
      Tx tx, Scope scope, String id, IssueRow.@Nullable Status status, @Nullable Snooze snooze) {
    IssueRow old = Issues.get(tx, scope, id);
    IssueRow changed =
        Issues.update(
            tx,
            old,
            status == null ? old.status() : status,
            snooze == null ? old.snoozedUntil() : snooze.until());
    tell(tx, List.of(changed));
    return changed;
  }

  /** Until when an issue is to disturb nobody, milliseconds since 1970; null for no longer. */
  public record Snooze(@Nullable Long until) {}

  /** Resolves issues that have been quiet since that time, and says how many. */
  int resolve(Tx tx, long quietSince) {
    List<IssueRow> resolved = Issues.resolve(tx, quietSince);
    if (!resolved.isEmpty()) {
      tell(tx, resolved);
    }
    return resolved.size();
  }

  private void tell(Tx tx, List<IssueRow> issues) {
    listeners.forEach(listener -> listener.changed(tx, issues));
    tx.notify(Channel.ISSUES);
  }
}
