package dev.catchment.ingest;

import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.db.Work;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.log.EventLog;
import dev.catchment.log.LogBounds;
import dev.catchment.log.MonthlyCounts;
import dev.catchment.log.StoredEvent;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import dev.catchment.verify.Fetch;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Intake over a real store, without a server. */
final class IntakeNode implements AutoCloseable {
  static final long START = 1_700_000_000_000L;
  private static final Scope SCOPE = new Scope("0".repeat(32), "1".repeat(32));

  final SettableClock clock = new SettableClock(START);
  final List<Refused> refused = new CopyOnWriteArrayList<>();
  final Database database;
  private final Ids ids;
  private final Sources sources = new Sources(Sample.vault());
  private final EventLog log;
  private final Ingest ingest;
  private boolean closed;

  IntakeNode(BothDatabases.Store store) {
    this(store, "a", new RateLimits(0, 0), url -> Optional.empty());
  }

  IntakeNode(
      BothDatabases.Store store,
      String name,
      RateLimits limits,
      Function<Fetch, Optional<byte[]>> get) {
    this(store, name, limits, get, OptionalLong.empty());
  }

  IntakeNode(
      BothDatabases.Store store,
      String name,
      RateLimits limits,
      Function<Fetch, Optional<byte[]>> get,
      OptionalLong eventsPerMonth) {
    this.database = new OpenDatabase(clock, new Metrics()).open(store.settings(name));
    this.ids = new Ids(clock, new SplittableRandom(name.hashCode()));
    this.log = new EventLog(database, new LogBounds(10_000, 64 << 20, 1 << 20, 100 << 20));
    this.ingest =
        new Ingest(
            new Ingest.Stores(database, sources, log),
            ids,
            clock,
            new Ingest.Settings(
                1 << 20, limits, id -> "https://in.example/v1/ingest/" + id, eventsPerMonth),
            new Ingest.Outside(refused::add, get, new Metrics()));
  }

  /** A source with these rules; its id. */
  String source(SourceRules rules) {
    return source(rules, null);
  }

  String source(SourceRules rules, @Nullable String config) {
    String id = ids.next();
    database.write(tx ->
        sources.create(
            tx,
            new Source.Draft(
                id,
                SCOPE,
                "Source",
                "s-" + id,
                null,
                Source.HTTP,
                config == null ? null : (Json.Obj) Json.read(config),
                rules,
                Source.Status.ACTIVE,
                null)));
    return id;
  }

  /** A source that takes so many requests until that time. */
  String ephemeral(int limit, long expiresAt) {
    String id = ids.next();
    database.write(tx ->
        sources.create(
            tx,
            new Source.Draft(
                id,
                new Scope("9".repeat(32), id),
                "Source",
                "s-" + id,
                null,
                Source.HTTP,
                null,
                SourceRules.NONE,
                Source.Status.ACTIVE,
                new Source.Term(expiresAt, limit))));
    return id;
  }

  Source read(String id) {
    return database.read(tx -> sources.get(tx, SCOPE, id));
  }

  void change(String id, Function<Source, Source.Draft> change) {
    database.write(tx -> sources.update(tx, change.apply(sources.get(tx, SCOPE, id))));
  }

  CompletableFuture<Intake> begin(String source, String ip, String body, String... headers) {
    List<Map.Entry<String, String>> lines = new java.util.ArrayList<>();
    Json.ObjBuilder joined = Json.object();
    String type = "application/json";
    for (int i = 0; i < headers.length; i += 2) {
      lines.add(Map.entry(headers[i], headers[i + 1]));
      joined.put(headers[i].toLowerCase(Locale.ROOT), headers[i + 1]);
    }
    Event.RequestFacts facts =
        new Event.RequestFacts("POST", joined.build().text(), "{}", type, ip);
    return ingest
        .accept(
            new Received(
                source,
                facts,
                lines,
                "/v1/ingest/" + source,
                body.getBytes(StandardCharsets.UTF_8)))
        .toCompletableFuture();
  }

  /** The outcome of a GET with that query. */
  Intake ask(String source, String query) {
    Event.RequestFacts facts = new Event.RequestFacts("GET", "{}", "{}", null, "203.0.113.7");
    return ingest
        .accept(
            new Received(
                source, facts, List.of(), "/v1/ingest/" + source + "?" + query, new byte[0]))
        .toCompletableFuture()
        .join();
  }

  <T> T write(Work<T> work) {
    return database.write(work);
  }

  /** The text {@code t} of the first row that a query finds in the store. */
  String stored(String sql) {
    return database.read(tx -> tx.find(sql, row -> row.string("t")).orElseThrow());
  }

  /** What the organization has used of this month, as the store has it. */
  long used() {
    return database.read(tx -> MonthlyCounts.accepted(tx, SCOPE.orgId()));
  }

  /** The outcome of one request. */
  Intake send(String source, String body, String... headers) {
    return begin(source, "203.0.113.7", body, headers).join();
  }

  Intake.Accepted accepted(String source, String body, String... headers) {
    return (Intake.Accepted) send(source, body, headers);
  }

  /** The refusal of one request. */
  Refusal refusal(String source, String ip, String body, String... headers) {
    try {
      Intake intake = begin(source, ip, body, headers).join();
      throw new AssertionError("It was not refused: " + intake);
    } catch (CompletionException e) {
      if (e.getCause() instanceof Refusal refusal) {
        return refusal;
      }
      throw e;
    }
  }

  Intake again(Refused request) {
    return ingest.acceptAgain(request).toCompletableFuture().join();
  }

  List<StoredEvent> events() {
    return log.readAfter(0, 1_000);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    ingest.close();
    database.close();
  }
}
