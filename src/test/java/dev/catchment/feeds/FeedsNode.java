package dev.catchment.feeds;

import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.collections.Collections;
import dev.catchment.collections.DataExpressions;
import dev.catchment.collections.Projector;
import dev.catchment.collections.RecordRow;
import dev.catchment.collections.Records;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.json.Json;
import dev.catchment.log.Cursors;
import dev.catchment.log.EventLog;
import dev.catchment.log.LogBounds;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import dev.catchment.transform.TransformSettings;
import dev.catchment.transform.Transforms;
import dev.catchment.worker.Loop;
import dev.catchment.worker.Supervisor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** The feeds of one node over a real store, with the projector and the memory in their loops. */
public final class FeedsNode implements AutoCloseable {
  public static final Scope SCOPE = new Scope("0".repeat(32), "1".repeat(32));
  public static final Actor PERSON = new Actor("user", "9".repeat(32));
  private static final long START = 1_768_732_500_000L;

  public final AtomicLong millis = new AtomicLong(START);
  public final FeedSettings settings;
  public final Metrics metrics = new Metrics();
  public final Database database;
  public final FeedMemory memory;
  public final FeedDesk desk;
  public final Curation curation;
  private final Supervisor loops;
  private final Transforms transforms =
      new Transforms(InstantSource.system(), System::nanoTime, new TransformSettings(1, 16L << 20));

  public FeedsNode(BothDatabases.Store store, String name, FeedSettings settings) {
    this.settings = settings;
    InstantSource clock = () -> Instant.ofEpochMilli(millis.get());
    this.database = new OpenDatabase(clock, metrics).open(store.settings(name));
    Ids ids = new Ids(InstantSource.system(), new SplittableRandom(name.hashCode()));
    EventLog log = new EventLog(database, new LogBounds(10_000, 64 << 20, 8 << 20, 100 << 20));
    this.memory = new FeedMemory(database, clock, settings);
    this.desk = new FeedDesk(database, ids, memory);
    this.curation = new Curation(database, log, ids, clock, memory, settings.limits());
    Loop projector =
        new Loop(
            "projector",
            new Projector(
                database,
                log,
                new Cursors(database, name, 60_000),
                ids,
                new DataExpressions(transforms, Sample.VIEWS),
                new FeedRecords(settings.limits())),
            InstantSource.system());
    Loop feeds = new Loop("feeds", memory, InstantSource.system());
    database.listen(Channel.LOG, any -> projector.wake());
    database.listen(Channel.FEEDS, any -> feeds.wake());
    memory.load();
    this.loops = new Supervisor(List.of(projector, feeds));
    loops.start();
  }

  public FeedsNode(BothDatabases.Store store) {
    this(store, "a", FeedSettings.standard());
  }

  public Feed feed(ContentType type, int liveMax, Feed.WhenFull whenFull) {
    return desk.create(
        SCOPE,
        new FeedDesk.Draft(
            "Match Day",
            null,
            null,
            type,
            new Feed.Settings(Feed.InsertPosition.TOP, whenFull, liveMax, 500)));
  }

  public Feed feed() {
    return feed(ContentType.SOCIAL_POST, 500, Feed.WhenFull.HOLD);
  }

  public Item item(Feed feed, ItemState state, String body) {
    Curation.Made made =
        curation.create(
            SCOPE,
            feed.id(),
            new Curation.Draft((Json.Obj) Json.read(body), state, null, false, null),
            PERSON);
    return ((Curation.Made.Applied) made).shown().item();
  }

  public Item post(Feed feed, ItemState state, String message) {
    return item(feed, state, Json.object().put("message", message).build().text());
  }

  /** The visible record behind an item. */
  public Optional<RecordRow> record(Feed feed, String key) {
    return database
        .read(
            tx -> Records.find(tx, Collections.get(tx, SCOPE, feed.id()).table().generation(), key))
        .map(Records.Current::row);
  }

  public FeedTag tag(Feed feed) {
    return memory.find(feed.id()).orElseThrow();
  }

  public Json.Obj body(Feed feed) {
    return (Json.Obj) Json.parse(memory.snapshot(tag(feed)).orElseThrow().body()).orElseThrow();
  }

  /** The messages of a list as readers see them. */
  public List<String> messages(Feed feed, String list) {
    return ((Json.Arr) Objects.requireNonNull(body(feed).get(list)))
        .items().stream()
            .map(item ->
                ((Json.Str) Objects.requireNonNull(((Json.Obj) item).get("message"))).value())
            .toList();
  }

  @Override
  public void close() {
    loops.close();
    database.close();
  }
}
