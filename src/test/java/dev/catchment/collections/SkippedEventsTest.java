package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Events that gave nothing are told with a reason, and only the newest are kept. */
final class SkippedEventsTest {
  private final SettableClock clock = new SettableClock(Events.RECEIVED);

  private static List<SkippedEvents.SkippedEvent> list(
      ProjectorNode node, String id, @Nullable String reason, @Nullable Long before, int limit) {
    return node.database.read(tx -> SkippedEvents.list(tx, id, reason, before, limit));
  }

  @BothDatabases
  void theNewestComeFirstWithWhatWasFound(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      String id = node.create("c", Events.SOURCE, Events.spec("a.id", "{}")).id();
      List.of("{}", "{\"a\":{\"id\":[\"secret\"]}}", "plain", "{\"a\":{\"id\":\"good\"}}")
          .forEach(node::append);
      node.settle();

      assertThat(list(node, id, null, null, 10))
          .extracting(SkippedEvents.SkippedEvent::reason)
          .containsExactly("body_not_parsed", "key_type", "key_missing");
      assertThat(list(node, id, "key_type", null, 10))
          .singleElement()
          .satisfies(one -> {
            assertThat(one.detail()).isEqualTo("An array at a.id");
            assertThat(one.receivedAt()).isEqualTo(Events.RECEIVED);
          });
      assertThat(list(node, id, null, 2L, 10))
          .singleElement()
          .satisfies(one -> assertThat(one.position()).isEqualTo(1));
      clock.set(Events.RECEIVED + Duration.ofDays(SkippedEvents.KEPT_DAYS).toMillis() + 1);
      assertThat(list(node, id, null, null, 10)).isEmpty();
      assertThat(
              node.database.<Integer>write(
                  tx -> SkippedEvents.deleteBefore(tx, Events.RECEIVED + 1, 2)))
          .isEqualTo(2);
      assertThat(
              node.database.<Boolean>read(tx -> SkippedEvents.anyBefore(tx, Events.RECEIVED + 1)))
          .isTrue();
    }
  }

  @BothDatabases
  void thereAreNeverManyMoreThanAreShown(BothDatabases.Store store) {
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      CollectionRow row = node.create("c", Events.SOURCE, Events.spec("id", "{}"));
      for (int from = 0; from < 16_000; from += 500) {
        List<Batch.Skip> some = new ArrayList<>();
        for (int i = from + 1; i <= from + 500; i++) {
          some.add(new Batch.Skip("key_missing", "Nothing at id", Events.json(i, "{}")));
        }
        node.database.write(tx -> {
          return SkippedEvents.write(tx, row.id(), some);
        });
      }
      assertThat(
              node.database.<Long>read(tx -> tx.number("SELECT COUNT(*) AS n FROM skipped_events")))
          .isBetween(10_000L, 14_000L);
      assertThat(list(node, row.id(), null, null, 20_000)).hasSize(SkippedEvents.KEPT_MAX);
      assertThat(list(node, row.id(), null, 6_002L, 20_000)).hasSize(1);
    }
  }

  @Test
  void detailsNameWhatWasFoundButNotItsValue() {
    Map<String, String> bodies =
        Map.of(
            "{\"k\":{\"id\":\"secret\"}}",
            "An object at k",
            "{\"k\":null}",
            "Null at k",
            "{}",
            "Nothing at k",
            "{\"k\":\"" + "s".repeat(1_500) + "\"}",
            "A string of 1500 characters at k");
    bodies.forEach((body, detail) ->
        assertThat(
                Events.plainData()
                    .skipDetail(Events.spec("k", "{}"), Events.json(1, body), "key_type"))
            .isEqualTo(detail));
    assertThat(
            Events.plainData()
                .skipDetail(
                    Events.spec("k", "{\"data_path\":\"v.w\"}"),
                    Events.json(1, "{\"k\":1}"),
                    "data_missing"))
        .isEqualTo("Nothing at v.w");
    assertThat(
            Events.plainData()
                .skipDetail(
                    Events.spec("k", "{}"),
                    Events.stored(1, 0, "text/" + "x".repeat(200), "{}", "secret"),
                    "body_not_parsed"))
        .startsWith("Neither JSON nor a form, sent as text/x")
        .hasSizeLessThan(150);
  }
}
