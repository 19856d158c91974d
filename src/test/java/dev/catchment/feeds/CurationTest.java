package dev.catchment.feeds;

import static dev.catchment.feeds.FeedsNode.PERSON;
import static dev.catchment.feeds.FeedsNode.SCOPE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

final class CurationTest {
  @BothDatabases
  void aHandMadeItemIsARecordWhoseIdItHas(BothDatabases.Store store) {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed feed = node.feed();
      Item item = node.post(feed, ItemState.LIVE, "Gól! ⚽\r\n\u0007");

      assertThat(node.messages(feed, "liveContents")).containsExactly("Gól! ⚽\n");
      var record = node.record(feed, item.key()).orElseThrow();
      assertThat(record.id()).isEqualTo(item.id());
      assertThat(record.data()).contains("\"source\":\"MANUAL\"").doesNotContain("curation");
    }
  }

  @BothDatabases
  void newItemsGoOnTopAndMovesAreExact(BothDatabases.Store store) {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed feed = node.feed();
      Item a = node.post(feed, ItemState.LIVE, "a");
      Item b = node.post(feed, ItemState.LIVE, "b");
      Item c = node.post(feed, ItemState.LIVE, "c");
      assertThat(node.messages(feed, "liveContents")).containsExactly("c", "b", "a");

      move(node, feed, a, ItemState.LIVE, new Target.Index(1));
      assertThat(node.messages(feed, "liveContents")).containsExactly("c", "a", "b");
      move(node, feed, c, ItemState.LIVE, new Target.After(b.id()));
      assertThat(node.messages(feed, "liveContents")).containsExactly("a", "b", "c");
      move(node, feed, c, ItemState.LIVE, new Target.Before(b.id()));
      assertThat(node.messages(feed, "liveContents")).containsExactly("a", "c", "b");
      for (int i = 0; i < 50; i++) {
        move(node, feed, i % 2 == 0 ? b : c, ItemState.LIVE, new Target.Index(1));
      }
      assertThat(node.messages(feed, "liveContents")).containsExactly("a", "c", "b");
    }
  }

  @BothDatabases
  void movingToWhereItIsChangesNothing(BothDatabases.Store store) {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed feed = node.feed();
      node.post(feed, ItemState.LIVE, "a");
      Item b = node.post(feed, ItemState.LIVE, "b");
      FeedTag before = node.tag(feed);
      byte[] body = node.memory.snapshot(before).orElseThrow().body();

      move(node, feed, b, ItemState.LIVE, null);
      var shown = move(node, feed, b, ItemState.LIVE, new Target.Top());

      assertThat(shown.item().version()).isEqualTo(1);
      assertThat(node.tag(feed).modifiedAt()).isEqualTo(before.modifiedAt());
      assertThat(node.memory.snapshot(node.tag(feed)).orElseThrow().body()).isEqualTo(body);
    }
  }

  @BothDatabases
  void aFullListHoldsOrRolls(BothDatabases.Store store) {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed holds = node.feed(ContentType.SOCIAL_POST, 2, Feed.WhenFull.HOLD);
      node.post(holds, ItemState.LIVE, "a");
      node.post(holds, ItemState.LIVE, "b");
      Item c = node.post(holds, ItemState.STAGING, "c");
      assertThatThrownBy(() -> move(node, holds, c, ItemState.LIVE, null))
          .hasMessage("Live list is full (2 of 2)");
      assertThatThrownBy(() -> node.post(holds, ItemState.LIVE, "d"))
          .hasMessage("Live list is full (2 of 2)");

      Feed rolls = node.feed(ContentType.SOCIAL_POST, 2, Feed.WhenFull.ROLL);
      Item first = node.post(rolls, ItemState.LIVE, "a");
      edit(node, rolls, first, "{}", true);
      node.post(rolls, ItemState.LIVE, "b");
      node.post(rolls, ItemState.LIVE, "c");
      assertThat(node.messages(rolls, "liveContents")).containsExactly("a", "c");
      Item rolled =
          node.database.read(tx -> Items.after(tx, rolls.id(), null, 10)).stream()
              .filter(item -> item.state() == ItemState.REJECTED)
              .findFirst()
              .orElseThrow();
      assertThat(rolled.decision().reason()).isEqualTo("rolled_off");
    }
  }

  @BothDatabases
  void pinnedItemsLeadAndLeavingUnpins(BothDatabases.Store store) {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed feed = node.feed();
      Item a = node.post(feed, ItemState.LIVE, "a");
      node.post(feed, ItemState.LIVE, "b");
      edit(node, feed, a, "{}", true);
      assertThat(node.messages(feed, "liveContents")).containsExactly("a", "b");
      node.post(feed, ItemState.LIVE, "c");
      assertThat(node.messages(feed, "liveContents")).containsExactly("a", "c", "b");
      assertThat(move(node, feed, a, ItemState.INBOX, null).item().place().pinned()).isFalse();
      assertThatThrownBy(() -> edit(node, feed, a, "{}", true))
          .hasMessage("Invalid body: 'pinned' needs the state staging or live");
    }
  }

  @BothDatabases
  void anOrderPutsNamedItemsFirstAndDatesOnlyThoseThatMoved(BothDatabases.Store store) {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed feed = node.feed();
      Item a = node.post(feed, ItemState.LIVE, "a");
      Item b = node.post(feed, ItemState.LIVE, "b");
      Item c = node.post(feed, ItemState.LIVE, "c");
      Item d = node.post(feed, ItemState.STAGING, "d");
      long before = node.tag(feed).modifiedAt();

      var order = node.curation.order(SCOPE, feed.id(), ItemState.LIVE, List.of(a.id(), d.id()));

      assertThat(order.order()).containsExactly(a.id(), c.id(), b.id());
      assertThat(order.skipped()).containsExactly(d.id());
      assertThat(node.messages(feed, "liveContents")).containsExactly("a", "c", "b");
      assertThat(node.tag(feed).modifiedAt()).isGreaterThan(before);
      assertThat(item(node, feed, a).times().modifiedAt()).isEqualTo(node.tag(feed).modifiedAt());
      assertThat(item(node, feed, c).version()).isEqualTo(1);
      assertThat(item(node, feed, b).version()).isEqualTo(1);
    }
  }

  @BothDatabases
  void ofTwoWhoActOnTheSameVersionOneIsTold(BothDatabases.Store store) {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed feed = node.feed();
      Item item = node.post(feed, ItemState.STAGING, "a");
      Curation.Move move = new Curation.Move(ItemState.LIVE, null, null, 1L);
      node.curation.move(SCOPE, feed.id(), item.id(), move, PERSON);
      assertThatThrownBy(() ->
              node.curation.move(
                  SCOPE,
                  feed.id(),
                  item.id(),
                  new Curation.Move(ItemState.STAGING, null, null, 1L),
                  PERSON))
          .hasMessage("Item was changed by someone else");
      assertThat(node.messages(feed, "liveContents")).containsExactly("a");
    }
  }

  @BothDatabases
  void anEditWinsUntilItIsReverted(BothDatabases.Store store) {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed feed = node.feed();
      Item item = node.post(feed, ItemState.LIVE, "as sent");
      edit(node, feed, item, "{\"message\":\"as edited\",\"full_name\":\"Ann\"}", null);
      assertThat(node.messages(feed, "liveContents")).containsExactly("as edited");

      ItemEdit revert = new ItemEdit(Json.object().build(), List.of(ItemField.MESSAGE), null, null);
      var shown = node.curation.edit(SCOPE, feed.id(), item.id(), revert);

      assertThat(node.messages(feed, "liveContents")).containsExactly("as sent");
      assertThat(shown.item().content().edits().members()).containsOnlyKeys("fullName");
    }
  }

  @BothDatabases
  void aDeletedItemIsGoneForReadersAndFromTheRecords(BothDatabases.Store store) {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed feed = node.feed();
      Item item = node.post(feed, ItemState.LIVE, "a");
      node.millis.addAndGet(-60_000);

      node.curation.delete(SCOPE, feed.id(), item.id());

      assertThat(node.messages(feed, "liveContents")).isEmpty();
      assertThatThrownBy(() -> node.curation.get(SCOPE, feed.id(), item.id()))
          .hasMessage("Item not found");
      // An item made now is folded after the deletion, so its presence proves that was folded too.
      node.post(feed, ItemState.LIVE, "b");
      var record = node.record(feed, item.key());
      assertThat(record).isEmpty();
      assertThat(node.tag(feed).liveCount()).isEqualTo(1);
    }
  }

  @BothDatabases
  void inboxChangesAreNotSeenAndATypeChangesOnlyWithoutItems(BothDatabases.Store store) {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed feed = node.feed();
      FeedTag empty = node.tag(feed);
      Item item = node.post(feed, ItemState.INBOX, "a");
      edit(node, feed, item, "{\"message\":\"b\"}", null);
      assertThat(node.tag(feed).modifiedAt()).isEqualTo(empty.modifiedAt());
      assertThatThrownBy(() -> retype(node, feed)).hasMessage("Feed has items");
      node.curation.delete(SCOPE, feed.id(), item.id());
      retype(node, feed);
      assertThat(node.tag(feed).type()).isEqualTo(ContentType.TEXT);
      node.desk.delete(SCOPE, feed.id());
      assertThat(node.memory.find(feed.id())).isEmpty();
      long sources = node.database.read(tx -> tx.number("SELECT COUNT(*) AS n FROM sources"));
      assertThat(sources).isZero();
    }
  }

  @BothDatabases
  void aThousandChangesInOneMillisecondGiveAThousandRisingTags(BothDatabases.Store store) {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed feed = node.feed();
      Item item = node.post(feed, ItemState.LIVE, "a");
      Set<String> tags = new HashSet<>();
      long last = node.tag(feed).modifiedAt();
      for (int i = 0; i < 1_000; i++) {
        if (i == 500) {
          node.millis.addAndGet(-3_600_000);
        }
        move(node, feed, item, i % 2 == 0 ? ItemState.STAGING : ItemState.LIVE, null);
        assertThat(node.tag(feed).modifiedAt()).isGreaterThan(last);
        last = node.tag(feed).modifiedAt();
        tags.add(node.tag(feed).etag());
      }
      assertThat(tags).hasSize(1_000);
    }
  }

  @BothDatabases
  void countsEqualTheArraysWhileFourPeopleMoveItems(BothDatabases.Store store)
      throws InterruptedException {
    try (FeedsNode node = new FeedsNode(store)) {
      Feed feed = node.feed();
      List<Item> items = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        items.add(node.post(feed, ItemState.INBOX, "m" + i));
      }
      List<Thread> people = new ArrayList<>();
      for (int person = 0; person < 4; person++) {
        SplittableRandom random = new SplittableRandom(42 + person);
        people.add(
            Thread.ofVirtual()
                .start(() -> {
                  for (int i = 0; i < 60; i++) {
                    ItemState state = ItemState.of(random.nextInt(4));
                    Target target = state.isVisible() ? new Target.Index(random.nextInt(5)) : null;
                    move(node, feed, items.get(random.nextInt(items.size())), state, target);
                  }
                }));
      }
      int answers = 0;
      while (people.stream().anyMatch(Thread::isAlive) || answers < 20) {
        Json.Obj body = node.body(feed);
        for (String list : List.of("staging", "live")) {
          Json.Arr array = (Json.Arr) Objects.requireNonNull(body.get(list + "Contents"));
          assertThat(body.get(list + "ContentCount")).isEqualTo(Json.of(array.items().size()));
        }
        answers++;
      }
      for (Thread person : people) {
        person.join();
      }
      Feed end = node.database.read(tx -> Feeds.get(tx, SCOPE, feed.id()));
      assertThat(end.counts().total()).isEqualTo(12);
      assertThat(node.messages(feed, "liveContents")).hasSize(end.counts().live());
      assertThat(node.messages(feed, "stagingContents")).hasSize(end.counts().staging());
      assertThat(node.tag(feed).liveCount()).isEqualTo(end.counts().live());
    }
  }

  private static Curation.Shown move(
      FeedsNode node, Feed feed, Item item, ItemState state, @Nullable Target target) {
    return node.curation.move(
        SCOPE, feed.id(), item.id(), new Curation.Move(state, target, null, null), PERSON);
  }

  private static void edit(
      FeedsNode node, Feed feed, Item item, String body, @Nullable Boolean pinned) {
    node.curation.edit(
        SCOPE,
        feed.id(),
        item.id(),
        new ItemEdit((Json.Obj) Json.read(body), List.of(), pinned, null));
  }

  private static Item item(FeedsNode node, Feed feed, Item item) {
    return node.curation.get(SCOPE, feed.id(), item.id()).item();
  }

  private static void retype(FeedsNode node, Feed feed) {
    node.desk.update(
        SCOPE,
        feed.id(),
        was ->
            new FeedDesk.Wanted(
                was.identity().name(),
                was.identity().description(),
                ContentType.TEXT,
                was.identity().status(),
                was.settings()));
  }
}
