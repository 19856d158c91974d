package dev.catchment.api;

import dev.catchment.http.Response;
import dev.catchment.http.Router;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** {@code GET /metrics}: the counters of this node as Prometheus text. */
public final class MetricsHandler {
  private final Gate gate;
  private final Supplier<String> prometheusText;

  /** Metrics for whoever may read. */
  public MetricsHandler(Gate gate, Supplier<String> prometheusText) {
    this.gate = gate;
    this.prometheusText = prometheusText;
  }

  /** Adds the route. */
  public void routes(Router router) {
    router.on(
        "GET",
        "/metrics",
        request -> {
          gate.read(request, "metrics");
          return Response.bytes(
              200,
              "text/plain; version=0.0.4; charset=utf-8",
              prometheusText.get().getBytes(StandardCharsets.UTF_8));
        });
  }
}
