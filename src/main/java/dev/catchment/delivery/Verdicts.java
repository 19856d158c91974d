package dev.catchment.delivery;

import dev.catchment.base.Scope;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What outcomes that were just written mean for others: failures in a row open circuits, probes
 * close them or not, and lines move up.
 */
final class Verdicts {
  private Verdicts() {}

  /**
   * Destinations whose circuit has just changed.
   *
   * @param opened by failures in a row, or again by a probe that the receiver has failed
   * @param reopened by a probe, whatever it failed by
   */
  record Changes(List<Opened> opened, Set<String> reopened) {}

  /** A destination whose circuit has opened. */
  record Opened(Scope scope, String destinationId) {}

  /** Counts failures and judges probes. */
  static Changes judge(Tx tx, List<Outcome> settled) {
    List<Opened> opened = new ArrayList<>();
    failuresAtTheEnd(settled)
        .forEach((id, failures) ->
            Circuits.count(tx, id, failures)
                .filter(tripped -> Circuits.open(tx, tripped))
                .ifPresent(tripped -> opened.add(new Opened(tripped.scope(), id))));
    Set<String> reopened = new LinkedHashSet<>();
    for (Outcome outcome : settled) {
      Owed owed = outcome.owed();
      if (owed.turn().probe() && outcome.succeeded()) {
        Circuits.succeeded(tx, owed.destinationId(), owed.id());
      } else if (owed.turn().probe()
          && Circuits.failed(tx, owed.destinationId(), owed.id(), outcome.isReceiversFault())) {
        reopened.add(owed.destinationId());
        if (outcome.isReceiversFault()) {
          opened.add(new Opened(owed.scope(), owed.destinationId()));
        }
      }
    }
    return new Changes(opened, reopened);
  }

  /**
   * For each destination the failures after its last success, or all of them. A success has set the
   * count to 0 before; what failed before it in the same group is not worth a count of its own.
   */
  static Map<String, Integer> failuresAtTheEnd(List<Outcome> settled) {
    Map<String, Integer> failures = new TreeMap<>();
    settled.stream()
        .sorted(Comparator.comparingLong(Outcome::at))
        .forEach(outcome -> {
          if (outcome.succeeded()) {
            failures.remove(outcome.owed().destinationId());
          } else if (outcome.isReceiversFault()) {
            failures.merge(outcome.owed().destinationId(), 1, Integer::sum);
          }
        });
    return failures;
  }

  /**
   * Lets the next go in each line whose first is over.
   *
   * @return whether any may have
   */
  static boolean moveUp(Tx tx, List<Outcome> settled) {
    Map<String, Set<String>> lines = new LinkedHashMap<>();
    for (Outcome outcome : settled) {
      String line = outcome.owed().turn().line();
      if (line != null && outcome.retryAt() == null) {
        lines
            .computeIfAbsent(outcome.owed().destinationId(), id -> new LinkedHashSet<>())
            .add(line);
      }
    }
    boolean moved = false;
    for (Map.Entry<String, Set<String>> some : new TreeMap<>(lines).entrySet()) {
      moved |= Held.advance(tx, some.getKey(), some.getValue());
    }
    return moved;
  }
}
