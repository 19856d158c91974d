package dev.catchment.main;

import dev.catchment.access.Access;
import dev.catchment.access.AccountSettings;
import dev.catchment.access.Accounts;
import dev.catchment.access.OriginRule;
import dev.catchment.access.SessionCookie;
import dev.catchment.api.AggregateHandler;
import dev.catchment.api.AttemptHandler;
import dev.catchment.api.AuthHandler;
import dev.catchment.api.BackfillHandler;
import dev.catchment.api.ChangeHandler;
import dev.catchment.api.CollectionHandler;
import dev.catchment.api.ConnectionHandler;
import dev.catchment.api.ConnectionPreviewHandler;
import dev.catchment.api.DestinationHandler;
import dev.catchment.api.DocumentHandler;
import dev.catchment.api.EventHandler;
import dev.catchment.api.ExportHandler;
import dev.catchment.api.FeedHandler;
import dev.catchment.api.FeedItemHandler;
import dev.catchment.api.Gate;
import dev.catchment.api.GatewayProblems;
import dev.catchment.api.HealthHandler;
import dev.catchment.api.HistoryHandler;
import dev.catchment.api.ImportHandler;
import dev.catchment.api.IngestHandler;
import dev.catchment.api.IssueHandler;
import dev.catchment.api.LiveHandler;
import dev.catchment.api.MetricsHandler;
import dev.catchment.api.PastRecordHandler;
import dev.catchment.api.Plan;
import dev.catchment.api.RecordHandler;
import dev.catchment.api.RefusedRequestHandler;
import dev.catchment.api.ReplayHandler;
import dev.catchment.api.RetryHandler;
import dev.catchment.api.RetryJobHandler;
import dev.catchment.api.SchemaHandler;
import dev.catchment.api.SocketIngestHandler;
import dev.catchment.api.SourceHandler;
import dev.catchment.api.SourceRows;
import dev.catchment.api.TestDoor;
import dev.catchment.api.TestSessionHandler;
import dev.catchment.api.TestSocketHandler;
import dev.catchment.api.UsageHandler;
import dev.catchment.collections.DataExpressions;
import dev.catchment.collections.RecordScan;
import dev.catchment.feedapi.FeedApi;
import dev.catchment.http.Router;
import dev.catchment.http.Site;
import dev.catchment.ingest.ClientAddress;
import dev.catchment.insight.Aggregation;
import dev.catchment.outbound.TlsContexts;
import dev.catchment.transfer.Export;
import dev.catchment.transfer.Seeding;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The two APIs of a node. */
final class Doors {
  private final Stores stores;
  private final Router gateway;
  private final Router feeds;

  private Doors(Stores stores, Router gateway, Router feeds) {
    this.stores = stores;
    this.gateway = gateway;
    this.feeds = feeds;
  }

  /**
   * Doors that are still closed.
   *
   * @param troubles the loops in trouble and why
   * @param port what the server listens on
   */
  static Doors over(
      Stores stores,
      Features features,
      FeedParts feeds,
      Supplier<Map<String, String>> troubles,
      int port) {
    Access access = new Access(stores.database(), stores.clock(), cookie(stores, features));
    features.live().connections().follow(stores.database());
    FeedApi feedApi = feeds.api(access);
    NodeHealth health = new NodeHealth(stores.database(), troubles);
    Router gateway = new Gateway(stores, features, feeds, access, port, health).router();
    return new Doors(stores, gateway, feedApi.router());
  }

  private static SessionCookie cookie(Stores stores, Features features) {
    return new SessionCookie(
        features.secrets().keys(),
        stores.config().server().publicUrl().filter(url -> url.startsWith("https:")).isPresent());
  }

  /** The routes of the gateway API, resource by resource. */
  private record Gateway(
      Stores stores,
      Features features,
      FeedParts feeds,
      Access access,
      int port,
      NodeHealth health) {

    Router router() {
      Config config = stores.config();
      Router router = new Router(new GatewayProblems());
      OriginRule origins =
          OriginRule.of(config.server().publicUrl(port), Set.copyOf(config.api().corsOrigins()));
      Gate gate = new Gate(access, origins);
      ClientAddress clientAddress =
          new ClientAddress(config.server().trustedProxies(), config.server().clientIpHeader());
      new IngestHandler(features.intake().ingest(), clientAddress, features.intake().aftermath())
          .routes(router);
      new SocketIngestHandler(features.intake().ingest(), clientAddress).routes(router);
      new LiveHandler(
              stores.database(), gate, features.live().live(), features.live().connections())
          .routes(router);
      new ChangeHandler(
              stores.database(), gate, features.live().live(), features.live().connections())
          .routes(router);
      new HealthHandler(Version.text(), stores.clock(), health::now).routes(router);
      new DocumentHandler().routes(router);
      new MetricsHandler(gate, stores.metrics()::prometheusText).routes(router);
      accounts(origins, clientAddress).addTo(router);
      SourceRows rows = new SourceRows(() -> config.server().publicUrl(port));
      resources(router, gate, rows);
      TestDoor testDoor =
          new TestDoor(gate, config.testDoors().sessions(), config.testDoors().tools());
      new TestSocketHandler(
              stores.database(), testDoor, features.intake().sessions(), features.live().live())
          .routes(router);
      new TestSessionHandler(
              stores.database(),
              testDoor,
              features.intake().sessions(),
              new TestSessionHandler.Wire(
                  request -> clientAddress.of(request.head().peer(), request.headers()::joined),
                  features.guard()::checkOnSave,
                  rows),
              plan())
          .routes(router);
      if (config.feeds().enabled()) {
        feeds(router, gate);
      }
      return router;
    }

    private AuthHandler accounts(OriginRule origins, ClientAddress clientAddress) {
      SessionCookie cookie = cookie(stores, features);
      Accounts accounts =
          new Accounts(
              stores.database(),
              stores.ids(),
              stores.clock(),
              stores.secureRandom(),
              cookie,
              new AccountSettings(stores.config().auth().signUp() == Config.SignUp.OPEN));
      return new AuthHandler(
          accounts,
          cookie,
          origins,
          request -> clientAddress.of(request.head().peer(), request.headers()::joined));
    }

    private Plan plan() {
      Config.Quotas quotas = stores.config().quotas();
      Config.Retention retention = stores.config().retention();
      return new Plan(
          quotas.eventsPerMonth(),
          quotas.sources(),
          quotas.destinations(),
          retention.enabled() ? retention.eventsDays() : 0);
    }

    private void resources(Router router, Gate gate, SourceRows rows) {
      Plan plan = plan();
      new UsageHandler(stores.database(), gate, plan).routes(router);
      new SourceHandler(
              stores.database(), gate, stores.ids(), features.intake().sources(), rows, plan)
          .routes(router);
      new DestinationHandler(
              stores.database(),
              gate,
              stores.ids(),
              features.destinations(),
              new DestinationHandler.Outside(
                  features.guard()::checkOnSave, TlsContexts::check, features.courier()::test),
              plan)
          .routes(router);
      new ConnectionHandler(stores.database(), gate, stores.ids(), features.transforms())
          .routes(router);
      new ConnectionPreviewHandler(
              stores.database(), gate, features.transforms(), stores.log().views())
          .routes(router);
      collections(router, gate);
      insight(router, gate);
      transfer(router, gate, plan);
      new EventHandler(stores.database(), gate, stores.log().views()).routes(router);
      new AttemptHandler(stores.database(), gate).routes(router);
      letters(router, gate, features.letters());
      new RefusedRequestHandler(
              stores.database(),
              gate,
              request -> features.intake().ingest().acceptAgain(request.refused()))
          .routes(router);
    }

    private RecordScan scan() {
      return new RecordScan(stores.config().collections().scan());
    }

    private void insight(Router router, Gate gate) {
      new SchemaHandler(stores.database(), gate, scan()).routes(router);
      new AggregateHandler(
              stores.database(), gate, new Aggregation(stores.database(), scan(), stores.clock()))
          .routes(router);
    }

    private void transfer(Router router, Gate gate, Plan plan) {
      new ExportHandler(stores.database(), gate, new Export(stores.database(), scan()))
          .routes(router);
      new ImportHandler(
              stores.database(),
              gate,
              new Seeding(
                  stores.database(),
                  stores.log(),
                  new DataExpressions(features.transforms(), stores.log().views()),
                  stores.eventIds(),
                  stores.config().ingest().maxBodyBytes(),
                  ImportHandler.within(plan)))
          .routes(router);
    }

    private void collections(Router router, Gate gate) {
      DataExpressions expressions =
          new DataExpressions(features.transforms(), stores.log().views());
      new CollectionHandler(stores.database(), gate, stores.ids(), feeds.desk(), expressions)
          .routes(router);
      new BackfillHandler(stores.database(), gate).routes(router);
      new RecordHandler(
              stores.database(),
              gate,
              scan(),
              new PastRecordHandler(stores.database(), gate, expressions))
          .routes(router);
      new HistoryHandler(stores.database(), gate, expressions).routes(router);
    }

    private void letters(Router router, Gate gate, LetterParts letters) {
      new RetryHandler(stores.database(), gate, letters.retries(), letters.bulk()).routes(router);
      new IssueHandler(stores.database(), gate, letters.issues(), letters.bulk()).routes(router);
      new ReplayHandler(stores.database(), gate, letters.replays()).routes(router);
      new RetryJobHandler(stores.database(), gate, letters.replays()).routes(router);
    }

    private void feeds(Router router, Gate gate) {
      new FeedHandler(
              stores.database(),
              feeds.desk(),
              feeds.settings(),
              feeds.gate(gate),
              request -> feeds.base(request.head()).orElse(""))
          .register(router);
      new FeedItemHandler(stores.database(), feeds.curation(), feeds.gate(gate)).register(router);
    }
  }

  /** The gateway API. */
  Router gateway() {
    return gateway;
  }

  /** The feed API. */
  Router feeds() {
    return feeds;
  }

  /** Which of the two answers a request. */
  Site site() {
    return new Hosts(gateway, feeds, stores.config().feeds());
  }
}
