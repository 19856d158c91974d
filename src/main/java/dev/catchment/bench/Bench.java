package dev.catchment.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * One run: the options, the server, the clock and the ledger.
 *
 * @param ticks nanoseconds since the bench began
 */
record Bench(
    Surroundings surroundings,
    Options options,
    Node node,
    LongSupplier ticks,
    Payload payload,
    Ledger ledger) {

  /** A kind of bench. */
  @FunctionalInterface
  interface Course {
    Figures run(Bench bench) throws IOException;
  }

  Target target() {
    return node.target();
  }

  Generator generator(String source) throws IOException {
    return generator(Aim.at(target().url(), "/v1/ingest/" + source));
  }

  Generator generator(Aim aim) throws IOException {
    return new Generator(aim, payload, options.connections, ledger, ticks);
  }

  /** A name for what is created, unlike any other. */
  String slug(String what) {
    return "bench-" + what + "-" + surroundings.hex(8);
  }

  /** Faults of the answers to what was sent. */
  List<String> answerFaults() {
    return new ArrayList<>(
        Balance.answers(
            ledger.sent(),
            ledger.acknowledgedCount(),
            ledger.refused(),
            ledger.uncertainCount(),
            ledger.sharedIds(),
            ledger.unnamed()));
  }

  /** The most events the server may have stored. */
  long storedMost() {
    return (long) ledger.acknowledgedCount() + ledger.uncertainCount();
  }

  /** The figures that describe the offered load. */
  Figures.Extras extras(Tally tally) {
    return new Figures.Extras()
        .put("offered_per_s", options.rate)
        .put("seconds", options.seconds)
        .put("connections", options.connections)
        .put("bytes", payload.size())
        .put("refused", ledger.refused())
        .put("uncertain", ledger.uncertainCount())
        .put("unsent", tally.unsent());
  }
}
