package dev.catchment.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;

/** Measures the way from a sender to the receivers: each event to every destination once. */
@Command(
    name = "deliver",
    mixinStandardHelpOptions = true,
    description = "Deliveries a second from acceptance to arrival at a receiver.")
final class DeliverBench extends BenchCommand.Kind {
  private static final long POLL_MILLIS = 2;

  DeliverBench(Surroundings surroundings) {
    super(
        surroundings,
        "deliver",
        bench ->
            bench.options().deadDestinations == 0 ? run(bench) : new BesideDead(bench).figures());
  }

  private static Figures run(Bench bench) throws IOException {
    int branches = bench.options().fanOut;
    Arrivals arrivals = new Arrivals(branches);
    try (Receiver receiver = new Receiver(arrivals, bench.ticks());
        Generator generator = bench.generator(route(bench, receiver))) {
      generator.run(pass(bench, arrivals, bench.options().warmupNanos()));
      drain(bench, arrivals);
      Meter meter = new Meter(bench.node());
      long now = bench.ticks().getAsLong();
      arrivals.measure(now, now + bench.options().nanos());
      Tally tally = generator.run(pass(bench, arrivals, bench.options().nanos()));
      drain(bench, arrivals);
      Figures.Extras extras = bench.extras(tally);
      extras.put("fan_out", branches).put("max_in_flight", bench.options().maxInFlight);
      extras.put("acknowledged_p99_ms", tally.latencies().getValueAtPercentile(99) / 1_000.0);
      extras.put(
          "drained_ms",
          Math.max(0, (bench.ticks().getAsLong() - now - bench.options().nanos()) / 1_000_000));
      meter.addTo(extras, tally.issued());
      return judge(bench, arrivals, extras);
    }
  }

  /** A source, the destinations and what joins them; returns the source. */
  private static String route(Bench bench, Receiver receiver) {
    String source = bench.target().createSource(bench.slug("source"));
    join(bench, source, destinations(bench, receiver));
    return source;
  }

  /** A destination for each branch. */
  static List<String> destinations(Bench bench, Receiver receiver) {
    return IntStream.range(0, bench.options().fanOut)
        .mapToObj(branch ->
            bench
                .target()
                .createDestination(
                    bench.slug("destination"), receiver.url(branch), bench.options().maxInFlight))
        .toList();
  }

  static void join(Bench bench, String source, List<String> destinations) {
    destinations.forEach(destination ->
        bench.target().createConnection(bench.slug("connection"), source, destination));
  }

  /** A closed loop also waits for the deliveries, or it would measure how fast a queue grows. */
  static Pass pass(Bench bench, Arrivals arrivals, long nanos) {
    if (bench.options().rate > 0) {
      return Pass.open(bench.options().rate, nanos);
    }
    long branches = bench.options().fanOut;
    long window = bench.options().window;
    return Pass.held(nanos, sent -> sent * branches - arrivals.delivered() < window);
  }

  static void drain(Bench bench, Arrivals arrivals) {
    long owed = (long) bench.ledger().acknowledgedCount() * bench.options().fanOut;
    Pause.until(
        () -> arrivals.delivered() >= owed,
        bench.ticks(),
        POLL_MILLIS,
        bench.options().drainMillis());
  }

  private static Figures judge(Bench bench, Arrivals arrivals, Figures.Extras extras) {
    return judge(bench, arrivals, arrivals.perSecond(), arrivals.latencies(), extras);
  }

  /** What a run found, and whether every delivery is accounted for. */
  static Figures judge(
      Bench bench,
      Arrivals arrivals,
      double perSecond,
      Histogram latencies,
      Figures.Extras extras) {
    List<BitSet> branches = arrivals.branches().toList();
    List<String> faults = new ArrayList<>(bench.answerFaults());
    long lost = 0;
    long strangers = 0;
    for (BitSet branch : branches) {
      lost += bench.ledger().missingFrom(branch);
      strangers += bench.ledger().strangersIn(branch);
    }
    faults.addAll(Balance.count("deliveries lost", lost, 0, 0));
    faults.addAll(Balance.count("deliveries of refused events", strangers, 0, 0));
    faults.addAll(Balance.count("deliveries of nothing that was sent", arrivals.foreign(), 0, 0));
    faults.addAll(Balance.count("deliveries made twice", arrivals.duplicates(), 0, 0));
    return new Figures(
        perSecond, latencies, arrivals.delivered(), lost, arrivals.duplicates(), faults, extras);
  }
}
