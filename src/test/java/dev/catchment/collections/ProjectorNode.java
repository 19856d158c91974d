package dev.catchment.collections;

import dev.catchment.base.Ids;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.log.Cursors;
import dev.catchment.log.EventLog;
import dev.catchment.log.LogBounds;
import dev.catchment.log.StoredEvent;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import dev.catchment.transform.TransformSettings;
import dev.catchment.transform.Transforms;
import dev.catchment.worker.Step;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A node with nothing but a log and its collections, whose projector is driven by hand. */
final class ProjectorNode implements AutoCloseable {
  static final long LEASE_MILLIS = 10_000;

  final SettableClock clock;
  final Database database;
  final EventLog log;
  final Ids ids;

  /** What the listener was told, across the life of this node. */
  final List<RecordChange> heard = new ArrayList<>();

  /** May be replaced by one with other bounds. */
  RecordScan scan = new RecordScan(ScanBounds.standard());

  private final String name;
  private final int pieceEvents;
  private final Transforms transforms =
      new Transforms(
          InstantSource.system(), System::nanoTime, new TransformSettings(2, 128L << 20));
  private final DataExpressions expressions = new DataExpressions(transforms, Sample.VIEWS);
  private Projector projector;
  private Backfiller backfiller;

  ProjectorNode(BothDatabases.Store store, String name, SettableClock clock) {
    this(store, name, clock, 10);
  }

  /**
   * A node on a store.
   *
   * @param pieceEvents how many events a piece of a backfill has
   */
  ProjectorNode(BothDatabases.Store store, String name, SettableClock clock, int pieceEvents) {
    this.name = name;
    this.pieceEvents = pieceEvents;
    this.clock = clock;
    this.database = new OpenDatabase(clock, new Metrics()).open(store.settings(name));
    this.log = new EventLog(database, new LogBounds(10_000, 64 << 20, 1 << 16, 100 << 20));
    this.ids = new Ids(clock, new SplittableRandom(name.hashCode()));
    this.projector = newProjector();
    this.backfiller = newBackfiller();
  }

  /** Forgets everything the projector held in memory, as a crash does. */
  void crash() {
    projector = newProjector();
  }

  /** Forgets what the backfiller held in memory. */
  void crashBackfiller() {
    backfiller.close();
    backfiller = newBackfiller();
  }

  private Backfiller newBackfiller() {
    return new Backfiller(
        database,
        name,
        ids,
        expressions,
        (tx, collection, changes, events) -> heard.addAll(changes),
        pieceEvents);
  }

  private Projector newProjector() {
    return new Projector(
        database,
        log,
        new Cursors(database, name, LEASE_MILLIS),
        ids,
        expressions,
        (tx, collection, changes, events) -> heard.addAll(changes));
  }

  Step.Next step() {
    return projector.step();
  }

  Step.Next backfillStep() {
    return backfiller.step();
  }

  /** Takes the run of the collection by itself, as a user's call does. */
  Backfills.Answer backfill(String id, boolean restart, boolean rebuild) {
    return database.write(
        tx -> Backfills.start(tx, Collections.get(tx, Events.SCOPE, id), restart, rebuild));
  }

  void cancelBackfill(String id) {
    database.write(tx -> {
      Backfills.cancel(tx, Collections.get(tx, Events.SCOPE, id));
      return true;
    });
  }

  /** Removes whatever nobody reads any more. */
  void sweep() {
    GenerationSweep sweep = new GenerationSweep(database);
    settle(sweep::step);
  }

  private static boolean mayHaveMore(Step.Next next) {
    return next instanceof Step.Next.Again || next instanceof Step.Next.Rest;
  }

  /** Steps until there is nothing left to do. */
  void settle() {
    settle(this::step);
  }

  /** The same for backfills, while the projector does its part. */
  void settleBackfills() {
    settle(() -> {
      step();
      return backfillStep();
    });
    settle();
  }

  private static void settle(Supplier<Step.Next> step) {
    for (int steps = 0; mayHaveMore(step.get()); steps++) {
      if (steps > 10_000) {
        throw new AssertionError("It never comes to rest");
      }
    }
  }

  /** Appends a JSON event of the tests' source. */
  StoredEvent append(String body) {
    return append(Events.SOURCE, clock.millis(), body);
  }

  StoredEvent append(String source, long receivedAt, String body) {
    return log.append(
            Events.event(
                ids.next(), source, receivedAt, "application/json", "{\"x-id\":\"h1\"}", body))
        .join();
  }

  CollectionRow create(String slug, String source, CollectionRow.FoldSpec fold) {
    return database.write(tx ->
        Collections.create(
            tx,
            Events.SCOPE,
            new Collections.Draft(ids.next(), "Name of " + slug, slug, null, source, null),
            fold));
  }

  CollectionRow get(String id) {
    return database.read(tx -> Collections.get(tx, Events.SCOPE, id));
  }

  CollectionRow update(String id, CollectionRow.FoldSpec fold) {
    return database.write(tx -> {
      CollectionRow old = Collections.get(tx, Events.SCOPE, id);
      return Collections.update(tx, old, old.identity().name(), null, fold);
    });
  }

  CollectionRow update(String id, CollectionRow.Status status) {
    CollectionRow.FoldSpec old = get(id).fold();
    return update(
        id, new CollectionRow.FoldSpec(old.keyPath(), old.typePath(), old.options(), status));
  }

  List<RecordRow> records(String id, int limit) {
    RecordQuery all = RecordQuery.parse(RecordQuery.Given.all());
    return page(id, all, null, limit).rows();
  }

  RecordPage page(String id, RecordQuery query, @Nullable RecordPlace after, int limit) {
    return database.read(
        tx -> scan.page(tx, Collections.get(tx, Events.SCOPE, id), query, after, limit));
  }

  /** The generation whose records are read. */
  long generation(String id) {
    return get(id).table().generation();
  }

  /** How many rows a table has. */
  long count(String table) {
    return number("SELECT COUNT(*) AS n FROM " + table);
  }

  /** The number {@code n} of a query. */
  long number(String sql) {
    return database.<Long>read(tx -> tx.number(sql));
  }

  long lag(String id) {
    return database.<Long>read(tx -> Lag.of(tx, Collections.get(tx, Events.SCOPE, id)));
  }

  @Override
  public void close() {
    backfiller.close();
    transforms.close();
    database.close();
  }
}
