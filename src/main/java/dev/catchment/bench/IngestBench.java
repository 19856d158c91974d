package dev.catchment.bench;

import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;

/** Measures acknowledgements: one source that nothing reads. */
@Command(
    name = "ingest",
    mixinStandardHelpOptions = true,
    description = "Events a second acknowledged after they were stored.")
final class IngestBench extends BenchCommand.Kind {
  private static final int SAMPLE = 100;
  private static final long COUNT_MILLIS_MAX = 5_000;

  IngestBench(Surroundings surroundings) {
    super(surroundings, "ingest", IngestBench::run);
  }

  private static Figures run(Bench bench) throws IOException {
    Target target = bench.target();
    Ledger ledger = bench.ledger();
    String secret = bench.slug("secret");
    boolean signed = bench.options().signed;
    String source =
        signed
            ? target.createSignedSource(bench.slug("source"), secret)
            : target.createSource(bench.slug("source"));
    Aim aim = Aim.at(target.url(), "/v1/ingest/" + source);
    try (Generator generator = bench.generator(signed ? aim.signed(secret) : aim)) {
      generator.run(Pass.open(bench.options().rate, bench.options().warmupNanos()));
      Meter meter = new Meter(bench.node());
      Tally tally = generator.run(Pass.open(bench.options().rate, bench.options().nanos()));
      Figures.Extras extras = bench.extras(tally);
      meter.addTo(extras, tally.issued());

      long acknowledged = ledger.acknowledgedCount();
      Pause.until(
          () -> target.eventCount(source) >= acknowledged,
          bench.ticks(),
          50,
          Math.min(COUNT_MILLIS_MAX, bench.options().drainMillis()));
      long stored = target.eventCount(source);
      List<String> faults = bench.answerFaults();
      faults.addAll(Balance.count("stored events", stored, acknowledged, bench.storedMost()));
      for (String id : ledger.sampleIds(SAMPLE, bench.surroundings().random())) {
        if (!target.hasEvent(id)) {
          faults.add("acknowledged event " + id + " is not stored");
        }
      }
      return new Figures(
          tally.perSecond(),
          tally.latencies(),
          stored,
          Math.max(0, acknowledged - stored),
          Math.max(0, stored - bench.storedMost()),
          faults,
          extras);
    }
  }
}
