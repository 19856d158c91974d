package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.collections.DataExpressions;
import dev.catchment.collections.Projector;
import dev.catchment.log.Cursors;
import dev.catchment.testkit.Sample;
import dev.catchment.worker.Step;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A collection and its source behind the API. */
final class Table {
  final String source;
  final String id;
  final String records;
  private final ApiNode node;
  private final Projector projector;

  Table(ApiNode node) throws Exception {
    this.node = node;
    this.source = node.source("s");
    this.id = node.collection("c", source);
    this.records = "/v1/collections/" + id + "/records";
    this.projector =
        new Projector(
            node.database,
            node.log,
            new Cursors(node.database, "a", 60_000),
            node.ids,
            new DataExpressions(node.transforms, Sample.VIEWS),
            (tx, row, changes, events) -> {});
  }

  void add(String body) throws Exception {
    assertThat(node.post("/v1/ingest/" + source, body).status()).isEqualTo(200);
    for (Step.Next next = projector.step();
        next instanceof Step.Next.Again || next instanceof Step.Next.Rest;
        next = projector.step()) {}
  }

  ApiNode.Answer get(String query) throws Exception {
    return node.get(records + "?" + query);
  }

  ApiNode.Answer again(String path, ApiNode.Answer answer) throws Exception {
    return node.send(
        "GET", path, "", Map.of("X-API-Key", ApiNode.KEY, "If-None-Match", answer.header("ETag")));
  }

  List<String> keys(String query) throws Exception {
    ApiNode.Answer answer = get(query);
    assertThat(answer.status()).as(answer.body().text()).isEqualTo(200);
    return IntStream.range(0, answer.size("records"))
        .mapToObj(i -> answer.text("records", i, "record_key"))
        .toList();
  }
}
