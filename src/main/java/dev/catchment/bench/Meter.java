package dev.catchment.bench;

import java.util.OptionalLong;

/** What the server spends between two moments, read from outside. */
final class Meter {
  private final Node node;
  private final OptionalLong statements;
  private final OptionalLong cpu;

  /** Begins now. */
  Meter(Node node) {
    this.node = node;
    this.statements = node.target().sqlStatements();
    this.cpu = node.cpuNanos();
  }

  /** Adds the cost of each of the given number of events, as far as it is known. */
  void addTo(Figures.Extras extras, long events) {
    OptionalLong statementsNow = node.target().sqlStatements();
    if (events > 0 && statements.isPresent() && statementsNow.isPresent()) {
      double used = statementsNow.getAsLong() - statements.getAsLong();
      extras.put("sql_statements_per_event", used / events);
    }
    OptionalLong cpuNow = node.cpuNanos();
    if (events > 0 && cpu.isPresent() && cpuNow.isPresent()) {
      extras.put("cpu_us_per_event", (cpuNow.getAsLong() - cpu.getAsLong()) / 1e3 / events);
    }
  }
}
