package dev.catchment.feedapi;

import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.feeds.FeedMemory;
import dev.catchment.feeds.FeedSettings;
import dev.catchment.feeds.FeedTag;
import dev.catchment.feeds.Snapshot;
import dev.catchment.http.Conditions;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.observe.Log;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * The read API of the feeds under {@code /feeds/v1}. On a host that has it at its root, the paths
 * are looked up here with {@code /feeds} put in front. Checks come in this order: readiness,
 * preflight, key, path, method, parameters, lookup.
 */
public final class FeedApi {
  static final String METHODS = "GET, HEAD, OPTIONS";
  private static final String DOCUMENT = "/feeds/v1/openapi.json";
  private static final String CACHE = "public, max-age=30";
  private static final Log LOG = Log.of("feedapi");

  private final FeedMemory memory;
  private final FeedSettings settings;
  private final KeyCheck keys;
  private final Address address;
  private final Cors cors;
  private final String vary;
  private final FeedProblems problems;
  private final ListPages pages;
  private final Semaphore inFlight;

  /** An API over this node's memory; {@code address} is used while no public URL is set. */
  public FeedApi(FeedMemory memory, FeedSettings settings, KeyCheck keys, Address address) {
    this.memory = memory;
    this.settings = settings;
    this.keys = keys;
    this.address = address;
    this.cors = new Cors(settings.corsOrigins());
    this.vary = "X-API-Key, Accept-Encoding" + (cors.isOn() ? ", Origin" : "");
    this.problems = new FeedProblems(vary);
    this.pages = new ListPages(memory);
    this.inFlight = new Semaphore(settings.limits().requestsMax());
  }

  /** What is asked of the feeds once the key is known. */
  @FunctionalInterface
  private interface Keyed {
    Response answer(Request request, KeyCheck.Outcome.Granted caller);
  }

  /** The routes. */
  public Router router() {
    byte[] document = document();
    return new Router(problems)
        .on("GET", "/feeds/v1/collections", request -> guarded(request, this::list))
        .on("GET", "/feeds/v1/collections/{collectionId}", request -> guarded(request, this::one))
        .on("GET", DOCUMENT, request -> Response.bytes(200, "application/json", document))
        .otherwise(
            request -> guarded(request, (any, caller) -> problems.notFound()),
            request ->
                request.head().path().endsWith("/v1/openapi.json")
                    ? method(request)
                    : guarded(request, (any, caller) -> method(any)));
  }

  private Response method(Request request) {
    return request.method().equals("OPTIONS")
        ? Response.empty(204).with("Allow", METHODS).with("Vary", vary)
        : problems.wrongMethod();
  }

  private Response guarded(Request request, Keyed keyed) {
    if (!memory.isReady() || !inFlight.tryAcquire()) {
      return cors.readable(request, problems.unavailable());
    }
    try {
      if (cors.isPreflight(request)) {
        return cors.preflight(request, vary);
      }
      Response response =
          switch (keys.of(request.headers().all("X-API-Key"))) {
            case KeyCheck.Outcome.Missing missing -> problems.missingKey();
            case KeyCheck.Outcome.Invalid invalid -> problems.invalidKey();
            case KeyCheck.Outcome.Forbidden forbidden -> problems.forbidden();
            case KeyCheck.Outcome.Granted granted -> keyed.answer(request, granted);
          };
      return cors.readable(request, response);
    } finally {
      inFlight.release();
    }
  }

  private Response list(Request request, KeyCheck.Outcome.Granted caller) {
    return switch (ListQuery.read(request.query())) {
      case ListQuery.Read.Broken broken -> problems.invalid(broken.fields());
      case ListQuery.Read.Good good -> {
        Optional<String> base = base(request.head());
        if (base.isEmpty()) {
          yield problems.invalid(
              List.of(Map.entry("Host", "Must be a host with or without a port")));
        }
        yield answer(request, pages.page(caller, base.get() + "/v1/collections/", good.query()));
      }
    };
  }

  private Optional<String> base(Request.Head head) {
    if (!settings.publicUrl().isEmpty()) {
      return Optional.of(settings.publicUrl());
    }
    return address.of(head).map(root -> root + (head.path().startsWith("/feeds/") ? "/feeds" : ""));
  }

  private Response one(Request request, KeyCheck.Outcome.Granted caller) {
    String id = request.path("collectionId");
    Optional<FeedTag> tag =
        Ids.parse(id).flatMap(memory::find).filter(found -> reaches(caller, found.scope()));
    if (tag.isEmpty()) {
      return problems.collectionNotFound(id);
    }
    if (Conditions.has(request.headers(), tag.get().etag())) {
      return notModified(tag.get().etag());
    }
    Optional<Snapshot> snapshot;
    try {
      snapshot = memory.snapshot(tag.get());
    } catch (RuntimeException e) {
      LOG.error("feed.unreadable", e, "request", request.id(), "feed", tag.get().id());
      return problems.badGateway();
    }
    return snapshot
        .map(found -> answer(request, found))
        .orElseGet(() -> problems.collectionNotFound(id));
  }

  private static boolean reaches(KeyCheck.Outcome.Granted caller, Scope scope) {
    return scope.orgId().equals(caller.orgId())
        && (caller.envId() == null || caller.envId().equals(scope.envId()));
  }

  private Response answer(Request request, Snapshot snapshot) {
    if (Conditions.has(request.headers(), snapshot.etag())) {
      return notModified(snapshot.etag());
    }
    boolean zipped = snapshot.isCompressed() && Conditions.acceptsGzip(request.headers());
    Response response =
        Response.bytes(200, "application/json", zipped ? snapshot.gzip() : snapshot.body())
            .with("Cache-Control", CACHE)
            .with("ETag", snapshot.etag())
            .with("Vary", vary);
    return zipped ? response.with("Content-Encoding", "gzip") : response;
  }

  private Response notModified(String etag) {
    return Response.empty(304).with("Cache-Control", CACHE).with("ETag", etag).with("Vary", vary);
  }

  private static byte[] document() {
    try (InputStream in = FeedApi.class.getResourceAsStream("/openapi/feeds.json")) {
      return Objects.requireNonNull(in, "openapi/feeds.json").readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
