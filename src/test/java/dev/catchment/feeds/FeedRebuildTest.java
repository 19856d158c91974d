package dev.catchment.feeds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Ids;
import dev.catchment.collections.Backfiller;
import dev.catchment.collections.Backfills;
import dev.catchment.collections.Collections;
import dev.catchment.collections.DataExpressions;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import dev.catchment.transform.TransformSettings;
import dev.catchment.transform.Transforms;
import dev.catchment.worker.Step;
import java.time.InstantSource;
import java.util.SplittableRandom;

/** A feed that is rebuilt from the log keeps its items and what people decided. */
final class FeedRebuildTest {
  @BothDatabases
  void aRebuiltFeedHasTheSameItemsInTheSameOrder(BothDatabases.Store store) {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed feed = node.feed();
      Item first = node.post(feed, ItemState.LIVE, "one");
      node.post(feed, ItemState.STAGING, "two");
      Item last = node.post(feed, ItemState.LIVE, "three");
      String before = node.body(feed).text();
      long generation = generation(node, feed);

      rebuild(node, feed);

      assertThat(generation(node, feed)).isNotEqualTo(generation);
      assertThat(node.body(feed).text()).isEqualTo(before);
      for (Item item : new Item[] {first, last}) {
        assertThat(node.record(feed, item.key()).orElseThrow().id()).isEqualTo(item.id());
      }
    }
  }

  @BothDatabases
  void itemsWhoseEventsAreGoneLeaveARebuiltFeed(BothDatabases.Store store) {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed feed = node.feed();
      Item first = node.post(feed, ItemState.LIVE, "one");
      node.post(feed, ItemState.LIVE, "two");
      node.database.write(
          tx -> tx.update("DELETE FROM events WHERE id = ?", first.content().sourceEventId()));

      rebuild(node, feed);

      node.memory.refresh(feed.id());
      assertThat(node.messages(feed, "liveContents")).containsExactly("two");
      assertThat(node.record(feed, first.key())).isEmpty();
    }
  }

  private static long generation(FeedsNode node, Feed feed) {
    return node.database
        .read(tx -> Collections.get(tx, FeedsNode.SCOPE, feed.id()))
        .table()
        .generation();
  }

  private static void rebuild(FeedsNode node, Feed feed) {
    node.database.write(
        tx -> Backfills.start(tx, Collections.get(tx, FeedsNode.SCOPE, feed.id()), false, true));
    try (Transforms transforms =
            new Transforms(
                InstantSource.system(), System::nanoTime, new TransformSettings(1, 16L << 20));
        Backfiller backfiller =
            new Backfiller(
                node.database,
                "b",
                new Ids(InstantSource.system(), new SplittableRandom(3)),
                new DataExpressions(transforms, Sample.VIEWS),
                new FeedRecords(node.settings.limits()))) {
      int steps = 0;
      while (backfiller.step() instanceof Step.Next.Again) {
        steps++;
        assertThat(steps).isLessThan(10_000);
      }
    }
    assertThat(
            node.database
                .read(tx -> Collections.get(tx, FeedsNode.SCOPE, feed.id()))
                .backfill()
                .status())
        .isEqualTo("completed");
  }
}
