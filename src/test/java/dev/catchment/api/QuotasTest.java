package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What an organization may have, and what it is told of it. */
final class QuotasTest {
  private static final String USAGE = "/v1/billing/usage";

  private static Plan plan(long events, long sources, long destinations) {
    return new Plan(
        OptionalLong.of(events), OptionalLong.of(sources), OptionalLong.of(destinations), 30);
  }

  @BothDatabases
  void exactlyAsManyAreMadeAtOnceAsThePlanHas(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store, plan(10, 3, 1));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<ApiNode.Answer>> made = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        String body = "{\"name\":\"S\",\"slug\":\"s-%d\"}".formatted(i);
        made.add(CompletableFuture.supplyAsync(() -> post(node, "/v1/sources", body), threads));
      }
      List<ApiNode.Answer> answers = made.stream().map(CompletableFuture::join).toList();
      assertThat(answers.stream().filter(answer -> answer.status() == 201)).hasSize(3);
      assertThat(answers.stream().filter(answer -> answer.status() != 201))
          .hasSize(9)
          .allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.text("error")).isEqualTo("Plan limit reached: sources (3)");
          });
      node.destination("d");
      assertThat(
              node.post(
                      "/v1/destinations",
                      "{\"name\":\"D\",\"slug\":\"e\",\"url\":\"https://d.example/x\"}")
                  .text("error"))
          .isEqualTo("Plan limit reached: destinations (1)");
      ApiNode.Answer usage = node.get(USAGE);
      assertThat(usage.text("sources", "used")).isEqualTo("3");
      assertThat(usage.text("sources", "limit")).isEqualTo("3");
      assertThat(usage.text("destinations", "used")).isEqualTo("1");
      String id = node.get("/v1/sources").text("sources", 0, "id");
      assertThat(node.delete("/v1/sources/" + id).status()).isEqualTo(200);
      node.source("again");
    }
  }

  private static ApiNode.Answer post(ApiNode node, String path, String body) {
    try {
      return node.post(path, body);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @BothDatabases
  void aMonthIsUsedUpAndRefusedRequestsSayWhy(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store, plan(4, 9, 9))) {
      String source = node.source("s");
      for (int i = 0; i < 4; i++) {
        assertThat(node.post("/v1/ingest/" + source, "{}").status()).isEqualTo(200);
      }
      ApiNode.Answer refused = node.post("/v1/ingest/" + source, "{\"too\":\"much\"}");
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.text("error")).isEqualTo("Event quota exceeded");
      assertThat(Long.parseLong(refused.header("Retry-After"))).isBetween(1L, 31L * 86_400);
      ApiNode.Answer usage = node.get("/v1/usage");
      assertThat(usage.text("plan")).isEqualTo("self-hosted");
      assertThat(usage.text("events", "used")).isEqualTo("4");
      assertThat(usage.text("events", "limit")).isEqualTo("4");
      assertThat(usage.text("events", "percentage")).isEqualTo("100");
      assertThat(usage.text("retention_days")).isEqualTo("30");
      node.refusals.step();
      ApiNode.Answer kept = node.get("/v1/refused-requests?reason=quota_exceeded");
      assertThat(kept.size("refused_requests")).isEqualTo(1);
      assertThat(kept.text("refused_requests", 0, "response_status")).isEqualTo("429");
    }
  }

  @BothDatabases
  void withoutAPlanUseIsToldAllTheSame(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      node.post("/v1/ingest/" + node.source("s"), "{}");
      ApiNode.Answer usage = node.get(USAGE);
      assertThat(usage.text("events", "used")).isEqualTo("1");
      assertThat(usage.at("events", "limit")).isEqualTo(Json.nil());
      assertThat(usage.text("events", "percentage")).isEqualTo("0");
      assertThat(usage.text("sources", "used")).isEqualTo("1");
      assertThat(node.get("/v1/usage").body()).isEqualTo(usage.body());
    }
  }
}
