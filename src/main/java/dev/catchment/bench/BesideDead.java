package dev.catchment.bench;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;

/**
 * What dead destinations cost the good ones beside them. Two sources deliver to the same good
 * destinations, one of them to dead ones as well, and take turns in short rounds, so that a machine
 * that is faster at one time than at another does not decide.
 */
final class BesideDead {
  /** Dead ones are given up early, so that their circuits are open before the measurement. */
  private static final int DEAD_TIMEOUT_MILLIS = 1_000;

  private final Bench bench;
  private final Arrivals arrivals;
  private final Load alone = new Load();
  private final Load beside = new Load();

  BesideDead(Bench bench) {
    this.bench = bench;
    this.arrivals = new Arrivals(bench.options().fanOut);
  }

  /** What the rounds of one kind have added up to. */
  private static final class Load {
    final Histogram latencies = new Histogram(3);
    double perSecondSum;
    long cpuNanos;
    long events;

    double perSecond(int rounds) {
      return perSecondSum / rounds;
    }

    double cpuMicros() {
      return cpuNanos / 1e3 / Math.max(1, events);
    }
  }

  Figures figures() throws IOException {
    try (Receiver receiver = new Receiver(arrivals, bench.ticks());
        DeadEnds dead = new DeadEnds()) {
      List<String> good = DeliverBench.destinations(bench, receiver);
      String aloneSource = bench.target().createSource(bench.slug("alone"));
      String besideSource = bench.target().createSource(bench.slug("beside"));
      DeliverBench.join(bench, aloneSource, good);
      DeliverBench.join(bench, besideSource, good);
      for (int i = 0; i < bench.options().deadDestinations; i++) {
        String destination =
            bench
                .target()
                .createImpatientDestination(
                    bench.slug("dead"),
                    dead.url(i),
                    bench.options().maxInFlight,
                    DEAD_TIMEOUT_MILLIS);
        DeliverBench.join(bench, besideSource, List.of(destination));
      }
      try (Generator toGood = bench.generator(aloneSource);
          Generator toAll = bench.generator(besideSource)) {
        return run(toGood, toAll);
      }
    }
  }

  private Figures run(Generator toGood, Generator toAll) throws IOException {
    Load warmup = new Load();
    round(toGood, warmup, bench.options().warmupNanos() / 2);
    Tally last = round(toAll, warmup, bench.options().warmupNanos() / 2);
    int rounds = bench.options().rounds;
    long nanos = bench.options().nanos() / (2L * rounds);
    for (int i = 0; i < rounds; i++) {
      // Who goes first changes, so that neither always follows the other's leftovers.
      boolean goodFirst = i % 2 == 0;
      round(goodFirst ? toGood : toAll, goodFirst ? alone : beside, nanos);
      last = round(goodFirst ? toAll : toGood, goodFirst ? beside : alone, nanos);
    }
    Figures.Extras extras = bench.extras(last);
    extras
        .put("fan_out", bench.options().fanOut)
        .put("max_in_flight", bench.options().maxInFlight)
        .put("dead_destinations", bench.options().deadDestinations)
        .put("rounds", rounds)
        .put("alone_per_s", alone.perSecond(rounds))
        .put("alone_p50_ms", alone.latencies.getValueAtPercentile(50) / 1e3)
        .put("alone_p99_ms", alone.latencies.getValueAtPercentile(99) / 1e3)
        .put("alone_cpu_us_per_event", alone.cpuMicros())
        .put("beside_cpu_us_per_event", beside.cpuMicros())
        .put("beside_to_alone", beside.perSecondSum / alone.perSecondSum);
    return DeliverBench.judge(bench, arrivals, beside.perSecond(rounds), beside.latencies, extras);
  }

  private Tally round(Generator generator, Load load, long nanos) throws IOException {
    OptionalLong cpu = bench.node().cpuNanos();
    long now = bench.ticks().getAsLong();
    arrivals.measure(now, now + Math.max(1, nanos));
    Tally tally = generator.run(DeliverBench.pass(bench, arrivals, nanos));
    DeliverBench.drain(bench, arrivals);
    OptionalLong cpuNow = bench.node().cpuNanos();
    if (cpu.isPresent() && cpuNow.isPresent()) {
      load.cpuNanos += cpuNow.getAsLong() - cpu.getAsLong();
    }
    load.events += tally.issued();
    load.perSecondSum += arrivals.perSecond();
    load.latencies.add(arrivals.latencies());
    return tally;
  }
}
