package dev.catchment.main;

import dev.catchment.api.IngestHandler;
import dev.catchment.base.Failure;
import dev.catchment.collections.RecordListener;
import dev.catchment.http.Problems;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.http.Server;
import dev.catchment.http.ServerSettings;
import dev.catchment.http.Site;
import dev.catchment.ingest.ClientAddress;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;

/** tmp. */
final class Doors {
  private final Node.Stores stores;
  private final Router gateway;

  private Doors(Node.Stores stores, Router gateway) {
    this.stores = stores;
    this.gateway = gateway;
  }

  static Doors over(Node.Stores stores, Node.Features features) {
    Router gateway =
        new Router(
            new Problems() {
              @Override
              public Response of(Failure failure, String requestId) {
                return Response.text(
                    failure.code() == Failure.Code.UNAVAILABLE ? 503 : 400, failure.sentence());
              }

              @Override
              public Response broken(String requestId) {
                return Response.text(500, "");
              }

              @Override
              public Response pathNotFound(String requestId) {
                return Response.text(404, "");
              }

              @Override
              public Response methodNotAllowed(String allow, String requestId) {
                return Response.text(405, "");
              }
            });
    gateway.on("GET", "/v1/health", request -> Response.text(200, "ok"));
    gateway.async(
        "POST",
        "/ceiling",
        request ->
            java.util.concurrent.CompletableFuture.completedFuture(
                Response.text(
                    200,
                    "{\"event_id\":\"01234567890123456789012345678901\",\"source_id\":\"01234567890123456789012345678901\"}")),
        r -> 10000000);
    new IngestHandler(
            features.ingest(),
            new ClientAddress(
                stores.config().server().trustedProxies(),
                stores.config().server().clientIpHeader()))
        .routes(gateway);
    return new Doors(stores, gateway);
  }

  RecordListener recordListener() {
    return (tx, collection, changes, events) -> {};
  }

  void watch(Node.Loops loops) {}

  Server open(InstantSource clock) {
    return Server.start(
        new ServerSettings(stores.config().server().port(), stores.config().server().bind(), 2),
        head -> new Site.Door(gateway, head.path()),
        () -> ThreadLocalRandom.current().nextLong());
  }
}
