package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.access.Access;
import dev.catchment.access.ApiKeys;
import dev.catchment.access.Environment;
import dev.catchment.access.Environments;
import dev.catchment.access.FirstStart;
import dev.catchment.access.OriginRule;
import dev.catchment.access.SessionCookie;
import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.base.Secret;
import dev.catchment.collections.DataExpressions;
import dev.catchment.collections.RecordScan;
import dev.catchment.collections.ScanBounds;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.delivery.Courier;
import dev.catchment.delivery.CourierSettings;
import dev.catchment.delivery.Destination;
import dev.catchment.delivery.Destinations;
import dev.catchment.delivery.HttpRequests;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.delivery.SendResult;
import dev.catchment.delivery.TestSend;
import dev.catchment.feeds.FeedDesk;
import dev.catchment.feeds.FeedMemory;
import dev.catchment.feeds.FeedSettings;
import dev.catchment.http.Router;
import dev.catchment.http.Server;
import dev.catchment.http.ServerSettings;
import dev.catchment.http.Site;
import dev.catchment.ingest.ClientAddress;
import dev.catchment.ingest.Ingest;
import dev.catchment.ingest.RateLimits;
import dev.catchment.ingest.Refusals;
import dev.catchment.ingest.Sources;
import dev.catchment.insight.Aggregation;
import dev.catchment.issues.IssueTracker;
import dev.catchment.json.Json;
import dev.catchment.live.Live;
import dev.catchment.log.EventLog;
import dev.catchment.log.LogBounds;
import dev.catchment.observe.Metrics;
import dev.catchment.outbound.TlsContexts;
import dev.catchment.replay.BulkRetry;
import dev.catchment.replay.Replays;
import dev.catchment.routing.ConnectionTransformer;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.OpenApi;
import dev.catchment.testkit.Sample;
import dev.catchment.transfer.Export;
import dev.catchment.transfer.Seeding;
import dev.catchment.transform.TransformSettings;
import dev.catchment.transform.Transforms;
import dev.catchment.trial.Aftermath;
import dev.catchment.trial.Forwarder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The gateway API on a fresh store behind a real server; every answer is held to the document. */
final class ApiNode implements AutoCloseable {
  static final OpenApi DOCUMENT = OpenApi.gateway();
  static final String KEY = "first-key-of-this-test";

  static final int BODY_MAX = 200_000;

  final Database database;
  final EventLog log;
  final Refusals refusals;
  final Ingest ingest;
  final Ids ids;
  final ApiKeys keys;
  final Scope scope;
  final Destinations destinations = new Destinations(Sample.vault());
  final FeedDesk feeds;
  final Transforms transforms =
      new Transforms(
          InstantSource.system(), System::nanoTime, new TransformSettings(2, 128L << 20));
  final IssueTracker tracker;
  final Replays replays;
  final Aftermath aftermath;
  final OpenConnections connections;
  final Server server;
  final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * An answer.
   *
   * @param body JSON null for a body that is not JSON
   */
  record Answer(int status, Json body, HttpResponse<byte[]> http) {
    /** The value at the end of member names and indexes. */
    Json at(Object... path) {
      Json value = body;
      for (Object step : path) {
        value =
            step instanceof Integer index
                ? ((Json.Arr) value).items().get(index)
                : ((Json.Obj) value).members().getOrDefault((String) step, Json.nil());
      }
      return value;
    }

    String text(Object... path) {
      return at(path) instanceof Json.Str text ? text.value() : at(path).text();
    }

    int size(Object... path) {
      return ((Json.Arr) at(path)).items().size();
    }

    String header(String name) {
      return http.headers().firstValue(name).orElse("");
    }
  }

  ApiNode(BothDatabases.Store store) {
    this(store, Plan.unlimited());
  }

  ApiNode(BothDatabases.Store store, InstantSource clock) {
    this(store, Plan.unlimited(), clock);
  }

  ApiNode(BothDatabases.Store store, Plan plan) {
    this(store, plan, InstantSource.system());
  }

  private ApiNode(BothDatabases.Store store, Plan plan, InstantSource clock) {
    SecureRandom random = new SecureRandom();
    ids = new Ids(clock, random);
    keys = new ApiKeys(ids, random);
    database = new OpenDatabase(clock, new Metrics()).open(store.settings("a"));
    log = new EventLog(database, new LogBounds(10_000, 1 << 26, 1 << 20, 100 << 20));
    assertThat(
            new FirstStart(database, ids, random).run(new Secret(KEY), (tx, made) -> {}).created())
        .isTrue();
    scope =
        database.read(tx ->
            tx.find(
                    "SELECT org_id, id FROM environments",
                    row -> new Scope(row.string("org_id"), row.string("id")))
                .orElseThrow());
    refusals = new Refusals(database, ids, new Metrics());
    ingest =
        new Ingest(
            new Ingest.Stores(database, new Sources(Sample.vault()), log),
            ids,
            clock,
            new Ingest.Settings(BODY_MAX, new RateLimits(0, 0), id -> null, plan.eventsPerMonth()),
            new Ingest.Outside(refusals::add, url -> Optional.empty(), new Metrics()));
    aftermath =
        new Aftermath(
            new Forwarder(
                database,
                request -> new SendResult.Unanswered(SendResult.Kind.OTHER, "Not sent", 0)));
    tracker = new IssueTracker(ids, List.of());
    replays =
        new Replays(
            database,
            log,
            courier(clock),
            new ManualRetries(ids, List.of()),
            ids,
            new Replays.Settings("a", 3_600_000));
    feeds = new FeedDesk(database, ids, new FeedMemory(database, clock, FeedSettings.standard()));
    Access access =
        new Access(database, clock, new SessionCookie(List.of(new Secret("secret")), false));
    Gate gate = new Gate(access, OriginRule.of("https://gateway.example", Set.of()));
    connections = new OpenConnections(clock);
    connections.follow(database);
    connections.wakes(() -> Thread.ofVirtual().start(connections::judgeDue));
    Router router = router(gate, clock, plan);
    server =
        Server.start(
            new ServerSettings(0, "127.0.0.1", 1),
            head -> new Site.Door(router, head.path()),
            random);
  }

  /** A courier that nobody drives. */
  private Courier courier(InstantSource clock) {
    return new Courier(
        database,
        log,
        new Courier.Sending(
            destinations,
            request -> new SendResult.Unanswered(SendResult.Kind.OTHER, "Not sent", 0),
            new HttpRequests("X-hookstream-", "Catchment/1"),
            new ConnectionTransformer(database, transforms, Sample.VIEWS),
            () -> 0L,
            List.of(tracker)),
        ids,
        clock,
        new CourierSettings("a", 1, 30_000, false));
  }

  private Router router(Gate gate, InstantSource clock, Plan plan) {
    DestinationHandler.Outside outside =
        new DestinationHandler.Outside(ApiNode::checkUrl, TlsContexts::check, this::testSend);
    Router router = new Router(new GatewayProblems());
    SourceRows rows = new SourceRows(() -> "https://gateway.example");
    new SourceHandler(database, gate, ids, new Sources(Sample.vault()), rows, plan).routes(router);
    new DestinationHandler(database, gate, ids, destinations, outside, plan).routes(router);
    new UsageHandler(database, gate, plan).routes(router);
    new ConnectionHandler(database, gate, ids, transforms).routes(router);
    new ConnectionPreviewHandler(database, gate, transforms, Sample.VIEWS).routes(router);
    new CollectionHandler(database, gate, ids, feeds, new DataExpressions(transforms, Sample.VIEWS))
        .routes(router);
    new BackfillHandler(database, gate).routes(router);
    DataExpressions expressions = new DataExpressions(transforms, Sample.VIEWS);
    new RecordHandler(
            database,
            gate,
            new RecordScan(ScanBounds.standard()),
            new PastRecordHandler(database, gate, expressions))
        .routes(router);
    new HistoryHandler(database, gate, expressions).routes(router);
    collectionParts(router, gate, clock, plan);
    new EventHandler(database, gate, Sample.VIEWS).routes(router);
    new AttemptHandler(database, gate).routes(router);
    letters(router, gate);
    // The tests speak for a proxy when they name a client.
    new IngestHandler(ingest, new ClientAddress(List.of("127.0.0.1"), Optional.empty()), aftermath)
        .routes(router);
    new RefusedRequestHandler(database, gate, request -> ingest.acceptAgain(request.refused()))
        .routes(router);
    new HealthHandler("1.2.3", clock, HealthHandler.Health::ok).routes(router);
    new DocumentHandler().routes(router);
    Live live = new Live(database, log, LiveRows.tellers());
    new LiveHandler(database, gate, live, connections).routes(router);
    new ChangeHandler(database, gate, live, connections).routes(router);
    return router;
  }

  private void collectionParts(Router router, Gate gate, InstantSource clock, Plan plan) {
    RecordScan scan = new RecordScan(ScanBounds.standard());
    new SchemaHandler(database, gate, scan).routes(router);
    new AggregateHandler(database, gate, new Aggregation(database, scan, clock)).routes(router);
    new ExportHandler(database, gate, new Export(database, scan)).routes(router);
    new ImportHandler(
            database,
            gate,
            new Seeding(
                database,
                log,
                new DataExpressions(transforms, Sample.VIEWS),
                ids,
                BODY_MAX,
                ImportHandler.within(plan)))
        .routes(router);
  }

  /** Nothing is sent here: what is to be sent is written and stays. */
  private void letters(Router router, Gate gate) {
    ManualRetries retries = new ManualRetries(ids, List.of());
    BulkRetry bulk = new BulkRetry(database, retries);
    new RetryHandler(database, gate, retries, bulk).routes(router);
    new IssueHandler(database, gate, tracker, bulk).routes(router);
    new ReplayHandler(database, gate, replays).routes(router);
    new RetryJobHandler(database, gate, replays).routes(router);
  }

  /** What a test send is answered, and what was sent last. */
  TestSend testSend = new TestSend(200, 5, "ok", null);

  String testBody = "";

  private TestSend testSend(Destination destination, byte[] body) {
    testBody = new String(body, StandardCharsets.UTF_8);
    return testSend;
  }

  private static void checkUrl(String url, String field) {
    if (!url.matches("https?://[a-z.]+(/.*)?")) {
      throw Failure.body(field, "must be a URL of this test");
    }
  }

  /** A key of another environment of the same organization. */
  String foreignKey() {
    return database.write(tx -> {
      Environment staging = new Environments(ids).create(tx, scope.orgId(), "Staging", "staging");
      return keys.create(tx, staging.scope(), "k", "*").text().reveal();
    });
  }

  String key(String scopes) {
    return database.write(tx -> keys.create(tx, scope, "k", scopes)).text().reveal();
  }

  Answer get(String path) throws Exception {
    return send("GET", path, "", Map.of("X-API-Key", KEY));
  }

  Answer post(String path, String body) throws Exception {
    return send("POST", path, body, Map.of("X-API-Key", KEY));
  }

  Answer patch(String path, String body) throws Exception {
    return send("PATCH", path, body, Map.of("X-API-Key", KEY));
  }

  Answer delete(String path) throws Exception {
    return send("DELETE", path, "", Map.of("X-API-Key", KEY));
  }

  Answer send(String method, String path, String body, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    HttpResponse<byte[]> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    String type = response.headers().firstValue("Content-Type").orElse(null);
    DOCUMENT.check(method, path, response.statusCode(), type, response.body());
    return new Answer(
        response.statusCode(), Json.parse(response.body()).orElse(Json.nil()), response);
  }

  /** Creates a thing and gives its id. */
  String made(String kind, String body) throws Exception {
    Answer answer = post("/v1/" + kind + "s", body);
    assertThat(answer.status()).as(answer.body().text()).isEqualTo(201);
    return answer.text(kind, "id");
  }

  String source(String slug) throws Exception {
    return source(slug, "");
  }

  /**
   * A source with rules of its own.
   *
   * @param rules members of its JSON, without the braces; empty for none
   */
  String source(String slug, String rules) throws Exception {
    return made(
        "source",
        "{\"name\":\"S\",\"slug\":\"" + slug + "\"" + (rules.isEmpty() ? "}" : "," + rules + "}"));
  }

  String destination(String slug) throws Exception {
    return made(
        "destination",
        "{\"name\":\"D\",\"slug\":\"" + slug + "\",\"url\":\"https://d.example/x\"}");
  }

  String connection(String sourceId, String destinationId) throws Exception {
    return made(
        "connection",
        "{\"name\":\"C\",\"source_id\":\""
            + sourceId
            + "\",\"destination_id\":\""
            + destinationId
            + "\"}");
  }

  String collection(String slug, String sourceId) throws Exception {
    return made(
        "collection",
        "{\"name\":\"L\",\"primary_key_path\":\"id\",\"slug\":\""
            + slug
            + "\",\"source_id\":\""
            + sourceId
            + "\"}");
  }

  /** A destination with its secrets, as a delivery sees it. */
  Destination opened(String id) {
    return database.read(tx -> destinations.get(tx, scope, id));
  }

  /** The text {@code t} of the first row that a query finds in the store. */
  String stored(String sql) {
    return database.read(tx -> tx.find(sql, row -> row.string("t")).orElseThrow());
  }

  @Override
  public void close() {
    // A stream that a failed test left open would be waited for for ever.
    client.shutdownNow();
    server.close();
    transforms.close();
    ingest.close();
    aftermath.close();
    database.close();
  }
}
