package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;

/** Exports and imports of a whole node. */
final class ExportTest {
  private static final Json.Obj PLAIN = Json.object().build();

  @BothDatabases
  void recordsLeaveAsTheyAreStored(BothDatabases.Store store) {
    try (SeededNode node = new SeededNode(store, PLAIN)) {
      node.records(
          "{\"id\":\"b\",\"amount\":12345678901234567890.10,\"n\":1e400}",
          "{\"id\":\"a\",\"t\":\"x,\\\"y\\\"\\n\\u0000\\u001f é 😀\"}",
          "{\"id\":\"c\",\"lone\":\"\\ud800\"}");
      String text = node.get("/export?format=ndjson");
      assertThat(text).isNotEmpty();
    }
  }
}
