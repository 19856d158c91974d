package dev.catchment.main;

import dev.catchment.collections.Backfiller;
import dev.catchment.collections.DataExpressions;
import dev.catchment.collections.GenerationSweep;
import dev.catchment.collections.IndexBuilder;
import dev.catchment.collections.Projector;
import dev.catchment.collections.RecordListener;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.live.LiveRecords;
import dev.catchment.worker.Loop;
import java.util.List;

/** What keeps the records of collections: as events come in, again from the log, and no longer. */
record CollectionParts(
    Loop projector, Loop backfills, Loop sweep, Loop indexes, Backfiller backfiller) {
  static CollectionParts over(Stores stores, Features features, FeedParts feeds) {
    Database database = stores.database();
    DataExpressions expressions = new DataExpressions(features.transforms(), stores.log().views());
    RecordListener listener =
        RecordListener.both(feeds.records(), new LiveRecords(features.live().live()));
    Backfiller backfiller =
        new Backfiller(database, stores.nodeName(), stores.eventIds(), expressions, listener);
    IndexBuilder builder = new IndexBuilder(database);
    CollectionParts parts =
        new CollectionParts(
            new Loop(
                "projector",
                new Projector(
                    database,
                    stores.log(),
                    stores.cursors(),
                    stores.eventIds(),
                    expressions,
                    listener),
                stores.clock()),
            new Loop("backfills", backfiller, stores.clock()),
            new Loop("generations", new GenerationSweep(database), stores.clock()),
            new Loop("indexes", builder, stores.clock()),
            backfiller);
    database.listen(Channel.LOG, any -> parts.projector.wake());
    database.listen(Channel.COLLECTIONS, any -> parts.projector.wake());
    database.listen(Channel.BACKFILLS, any -> parts.backfills.wake());
    builder.wakes(parts.indexes::wake);
    database.listen(Channel.GENERATIONS, any -> parts.sweep.wake());
    return parts;
  }

  List<Loop> loops() {
    return List.of(projector, backfills, sweep, indexes);
  }

  /** Once the loops have ended. */
  void close() {
    backfiller.close();
  }
}
