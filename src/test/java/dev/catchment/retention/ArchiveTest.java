package dev.catchment.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.log.OldEvents;
import dev.catchment.log.StoredEvent;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** What is removed can be read back from the archive. */
final class ArchiveTest {
  private static String text(Json.Obj line, String member) {
    return ((Json.Str) line.members().getOrDefault(member, Json.of("absent"))).value();
  }

  private static byte[] body(Json.Obj line) {
    return line.get("payload_inline") instanceof Json.Str text
        ? text.value().getBytes(StandardCharsets.UTF_8)
        : Base64.getDecoder().decode(text(line, "payload_base64"));
  }

  @BothDatabases
  void theArchiveHoldsWhatWasRemovedByteForByte(BothDatabases.Store store) throws IOException {
    try (CleanedNode node = new CleanedNode(store)) {
      Path dir = store.dataDir().resolve("archive");
      byte[] binary = new byte[30_000];
      new SplittableRandom(5).nextBytes(binary);
      List<byte[]> bodies =
          List.of(
              "{ \"b\" : 1.0,\n \"a\": \"\u00e9\\u0000\ud83d\ude00\" }"
                  .getBytes(StandardCharsets.UTF_8),
              new byte[0],
              new byte[] {0, (byte) 0xff, 7},
              binary,
              "\u2028line\r\n".repeat(5_000).getBytes(StandardCharsets.UTF_8),
              new byte[] {'\n', 0, '"'});
      Map<String, byte[]> sent = new HashMap<>();
      for (byte[] body : bodies) {
        StoredEvent stored = node.receive(CleanedNode.SOURCE, Sample.SCOPE, body);
        sent.put(stored.event().id(), body);
        node.clock.pass(Duration.ofHours(9));
      }
      Scope other = new Scope("9".repeat(32), "8".repeat(32));
      StoredEvent foreign = node.receive(CleanedNode.SOURCE, other, bodies.getFirst());
      sent.put(foreign.event().id(), bodies.getFirst());
      node.receive("the last one stays");
      node.clock.pass(Duration.ofDays(40));
      node.readAll();
      node.round(node.retention("a", CleanedNode.archived(30, dir)));

      assertThat(node.positions()).containsExactly(8L);
      Map<String, byte[]> kept = new HashMap<>();
      for (Json.Obj line : CleanedNode.lines(dir)) {
        assertThat(kept.put(text(line, "id"), body(line))).isNull();
      }
      assertThat(kept).usingRecursiveComparison().isEqualTo(sent);
      // 2024-10-04 is day 20,000.
      assertThat(dir.resolve(Sample.SCOPE.orgId()).resolve("2024/10/04.ndjson.gz")).exists();
      assertThat(dir.resolve(Sample.SCOPE.orgId()).resolve("2024/10/05.ndjson.gz")).exists();
      assertThat(CleanedNode.lines(dir.resolve(other.orgId()))).hasSize(1);
      Json.Obj line = CleanedNode.lines(dir.resolve(other.orgId())).getFirst();
      Event.RequestFacts facts = foreign.event().request();
      assertThat(line.members().getOrDefault("headers", Json.nil()).text())
          .isEqualTo(facts.headersJson());
      assertThat(text(line, "received_at")).startsWith("2024-10-06T");
      assertThat(text(line, "status")).isEqualTo("received");
    }
  }

  @BothDatabases
  void aCrashBetweenArchiveAndRemovalLosesNothing(BothDatabases.Store store) throws IOException {
    try (CleanedNode node = new CleanedNode(store)) {
      Path dir = store.dataDir().resolve("archive");
      List<String> sent = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        sent.add(node.receive("body " + i).event().id());
      }
      node.receive("the last one stays");
      node.clock.pass(Duration.ofDays(40));
      node.readAll();
      // A node archived two, and died while it archived the third.
      new Archive(dir)
          .append(node.database, node.database.read(tx -> OldEvents.between(tx, 0, 3, 10)));
      Path file = dir.resolve(Sample.SCOPE.orgId()).resolve("2024/10/04.ndjson.gz");
      byte[] whole = Files.readAllBytes(file);
      new Archive(dir)
          .append(node.database, node.database.read(tx -> OldEvents.between(tx, 2, 4, 10)));
      byte[] torn = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(torn, (whole.length + torn.length) / 2));

      node.round(node.retention("a", CleanedNode.archived(30, dir)));

      assertThat(node.positions()).containsExactly(6L);
      List<String> kept = CleanedNode.lines(dir).stream().map(line -> text(line, "id")).toList();
      assertThat(kept).containsAll(sent).hasSize(7);
      assertThat(kept.subList(2, 7)).isEqualTo(sent);
    }
  }

  @BothDatabases
  void whileTheArchiveCannotBeWrittenNothingIsRemoved(BothDatabases.Store store)
      throws IOException {
    try (CleanedNode node = new CleanedNode(store)) {
      Path dir = store.dataDir().resolve("archive");
      Files.writeString(dir, "in the way");
      String id = node.receive("x").event().id();
      node.receive("the last one stays");
      node.clock.pass(Duration.ofDays(40));
      node.readAll();
      Retention retention = node.retention("a", CleanedNode.archived(30, dir));

      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(retention::step)
            .isInstanceOfSatisfying(
                Failure.class,
                failure -> assertThat(failure.code()).isEqualTo(Failure.Code.UNAVAILABLE))
            .hasMessageContaining("archive cannot be written");
        assertThat(node.positions()).hasSize(2);
        node.clock.pass(Duration.ofSeconds(5));
      }
      Files.delete(dir);
      node.round(retention);
      assertThat(node.positions()).containsExactly(2L);
      assertThat(CleanedNode.lines(dir)).hasSize(1);
      assertThat(text(CleanedNode.lines(dir).getFirst(), "id")).isEqualTo(id);
    }
  }
}
