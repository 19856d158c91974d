package dev.catchment.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.function.Supplier;

/** The counters, timers and gauges of one server, readable as Prometheus text. */
public final class Metrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** Metrics that include the memory and processor use of this process. */
  public static Metrics ofProcess() {
    Metrics metrics = new Metrics();
    // Asking the virtual machine for its beans takes a while, and nobody waits for it.
    Thread.ofVirtual()
        .start(() -> {
          new JvmMemoryMetrics().bindTo(metrics.registry);
          new ProcessorMetrics().bindTo(metrics.registry);
        });
    return metrics;
  }

  /** A number that only grows. */
  public static final class Count {
    private final Counter counter;

    private Count(Counter counter) {
      this.counter = counter;
    }

    public void add(long amount) {
      counter.increment((double) amount);
    }

    public long total() {
      return (long) counter.count();
    }
  }

  /** How long something took. */
  public static final class Timing {
    private final Timer timer;

    private Timing(Timer timer) {
      this.timer = timer;
    }

    public void record(Duration duration) {
      timer.record(duration);
    }
  }

  /**
   * A counter; asking twice for the same name and tags gives the same one.
   *
   * @param tags alternating names and values
   */
  public Count count(String name, String help, String... tags) {
    return new Count(Counter.builder(name).description(help).tags(tags).register(registry));
  }

  /** A timer in seconds. */
  public Timing timing(String name, String help, String... tags) {
    return new Timing(Timer.builder(name).description(help).tags(tags).register(registry));
  }

  /** A number that is asked for when the metrics are read. */
  public void gauge(String name, String help, Supplier<Number> value) {
    Gauge.builder(name, value).description(help).strongReference(true).register(registry);
  }

  /** Everything in the Prometheus text format, version 0.0.4. */
  public String prometheusText() {
    return registry.scrape();
  }
}
