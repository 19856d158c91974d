package dev.catchment.bench;

import dev.catchment.json.Json;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;

/** Measures events into records: one source, one collection, from first send to caught up. */
@Command(
    name = "collections",
    mixinStandardHelpOptions = true,
    description = "Events a second into the records of a collection, and questions to it.")
final class CollectionsBench extends BenchCommand.Kind {
  private static final long POLL_MILLIS = 50;

  CollectionsBench(Surroundings surroundings) {
    super(surroundings, "collections", CollectionsBench::run);
  }

  private static Figures run(Bench bench) throws IOException {
    if (bench.options().records > 0) {
      return new RecordsBench(bench).run();
    }
    Target target = bench.target();
    Ledger ledger = bench.ledger();
    String source = target.createSource(bench.slug("source"));
    String collection =
        target.createCollection(bench.slug("collection"), source, Json.object().build());
    try (Generator generator = bench.generator(source)) {
      generator.run(Pass.open(bench.options().rate, bench.options().warmupNanos()));
      catchUp(bench, collection);
      long before = ledger.acknowledgedCount();
      Meter meter = new Meter(bench.node());
      Tally tally = generator.run(Pass.open(bench.options().rate, bench.options().nanos()));
      long sentBy = bench.ticks().getAsLong();
      catchUp(bench, collection);
      long caughtUp = bench.ticks().getAsLong();
      Figures.Extras extras = bench.extras(tally);
      extras
          .put("keys", bench.options().keys)
          .put("acknowledged_per_s", tally.perSecond())
          .put("catch_up_ms", (caughtUp - sentBy) / 1_000_000);
      meter.addTo(extras, tally.issued());
      double rate = (ledger.acknowledgedCount() - before) * 1e9 / (caughtUp - tally.startNanos());
      return judge(bench, target.collection(collection), rate, tally, extras);
    }
  }

  private static void catchUp(Bench bench, String collection) {
    long owed = bench.ledger().acknowledgedCount();
    Pause.until(
        () -> bench.target().collection(collection).seen() >= owed,
        bench.ticks(),
        POLL_MILLIS,
        bench.options().drainMillis());
  }

  private static Figures judge(
      Bench bench, Target.CollectionState state, double rate, Tally tally, Figures.Extras extras) {
    Ledger ledger = bench.ledger();
    long acknowledged = ledger.acknowledgedCount();
    extras.put("records", state.records());
    List<String> faults = bench.answerFaults();
    faults.addAll(
        Balance.count("events looked at", state.seen(), acknowledged, bench.storedMost()));
    faults.addAll(Balance.count("events skipped", state.skipped(), 0, 0));
    faults.addAll(
        Balance.count(
            "records",
            state.records(),
            ledger.distinctKeys(bench.payload(), false),
            ledger.distinctKeys(bench.payload(), true)));
    return new Figures(
        rate,
        tally.latencies(),
        state.seen(),
        Math.max(0, acknowledged - state.seen()),
        Math.max(0, state.seen() - bench.storedMost()),
        faults,
        extras);
  }
}
