package dev.catchment.api;

import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import java.time.InstantSource;
import java.util.Locale;
import java.util.function.Supplier;

/** The resource {@code /v1/health}. */
public final class HealthHandler {
  private static final long MILLIS_PER_SECOND = 1_000;

  private final String version;
  private final InstantSource clock;
  private final Supplier<Health> health;
  private final long startedAt;

  /** Health of a server that has started now. */
  public HealthHandler(String version, InstantSource clock, Supplier<Health> health) {
    this.version = version;
    this.clock = clock;
    this.health = health;
    this.startedAt = clock.millis();
  }

  /** What state the server is in. */
  public enum State {
    OK,
    STARTING,
    DEGRADED,
    STOPPING
  }

  /**
   * How the server is.
   *
   * @param storage {@code ok}, or in a word what fails
   * @param delivery the same
   * @param retention whether old data is removed; that it is not does not make a server unready
   */
  public record Health(State state, String storage, String delivery, boolean retention) {
    /** Nothing fails. */
    public static Health ok() {
      return new Health(State.OK, "ok", "ok", true);
    }
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router.on("GET", "/v1/health", this::get);
  }

  private Response get(Request request) {
    Health now = health.get();
    Json.ObjBuilder checks =
        Json.object().put("storage", now.storage()).put("delivery", now.delivery());
    if (!now.retention()) {
      checks.put("retention", "failing");
    }
    return Response.json(
        now.state() == State.OK ? 200 : 503,
        Json.object()
            .put("status", now.state().name().toLowerCase(Locale.ROOT))
            .put("version", version)
            .put("uptime_seconds", Math.max(0, clock.millis() - startedAt) / MILLIS_PER_SECOND)
            .put("checks", checks.build())
            .build());
  }
}
