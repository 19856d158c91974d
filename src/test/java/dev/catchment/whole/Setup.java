package dev.catchment.whole;

import dev.catchment.json.Json;
import dev.catchment.testkit.PackagedServer;
import dev.catchment.testkit.Receiver;

/** A source whose events go to a receiver and into a collection. */
record Setup(String sourceId, String collectionId) {
  static Setup make(PackagedServer server, Receiver receiver) {
    String sourceId = source(server);
    connect(
        server,
        sourceId,
        "receiver",
        Json.object()
            .put("url", receiver.url("/hook"))
            .put("retry_intervals", Json.array(Json.of(1)))
            .put("retry_max_attempts", 10));
    return new Setup(
        sourceId,
        collection(server, sourceId, "keys", Json.object().put("event_time_path", "n").build()));
  }

  /** A source, by its id. */
  static String source(PackagedServer server) {
    return PackagedServer.text(
        server.create(
            "/v1/sources", "source", Json.object().put("name", "Load").put("slug", "load").build()),
        "id");
  }

  /** Sends all events of a source to a destination of that slug, of which the rest is given. */
  static void connect(
      PackagedServer server, String sourceId, String slug, Json.ObjBuilder destination) {
    String destinationId =
        PackagedServer.text(
            server.create(
                "/v1/destinations",
                "destination",
                destination.put("name", slug).put("slug", slug).build()),
            "id");
    server.create(
        "/v1/connections",
        "connection",
        Json.object()
            .put("name", slug)
            .put("source_id", sourceId)
            .put("destination_id", destinationId)
            .build());
  }

  /** A collection with the keys at {@code key}, by its id. */
  static String collection(PackagedServer server, String sourceId, String slug, Json.Obj options) {
    return PackagedServer.text(
        server.create(
            "/v1/collections",
            "collection",
            Json.object()
                .put("name", slug)
                .put("slug", slug)
                .put("source_id", sourceId)
                .put("primary_key_path", "key")
                .put("options", options)
                .build()),
        "id");
  }
}
