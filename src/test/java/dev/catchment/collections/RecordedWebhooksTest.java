package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Folds webhooks as GitHub really sent them. They are fetched as the package {@code
 * octokit/webhooks-examples} (MIT) when they are first wanted, so where no Node is installed or
 * nothing can be fetched this test has nothing to say.
 */
final class RecordedWebhooksTest {
  private static final String PACKAGE = "@octokit/webhooks-examples@7.6.1";
  private static final Path FOLDER = Path.of("target", "recorded");
  private static final Path RECORDED = FOLDER.resolve("package/api.github.com/index.json");

  private final SettableClock clock = new SettableClock(Events.RECEIVED);

  private record Recorded(String event, Json.Obj payload) {}

  @BothDatabases
  void realWebhooksBecomeTheNewestStateOfEachObject(BothDatabases.Store store)
      throws IOException, InterruptedException {
    assumeTrue(isFetched(), "the recorded webhooks cannot be fetched here");
    List<Recorded> recorded = recorded();
    assertThat(recorded).hasSizeGreaterThan(60);
    Map<String, String> collections = new LinkedHashMap<>();
    try (ProjectorNode node = new ProjectorNode(store, "a", clock)) {
      Map<String, String> objects =
          Map.of("issues", "issue", "pull_request", "pull_request", "repository", "repository");
      objects.forEach((event, object) ->
          collections.put(event, node.create(object, Events.SOURCE, spec(event, object)).id()));
      for (Recorded one : recorded) {
        node.log
            .append(
                Events.event(
                    node.ids.next(),
                    Events.SOURCE,
                    clock.millis(),
                    "application/json",
                    "{\"x-github-event\":\"" + one.event() + "\"}",
                    one.payload().text()))
            .join();
      }
      String users =
          node.create(
                  "users", Events.SOURCE, Events.spec("sender.id", "{\"data_path\":\"sender\"}"))
              .id();
      node.settle();
      objects.forEach((event, object) ->
          check(node, String.valueOf(collections.get(event)), newest(recorded, event, object)));
      // Users are made of what was there before their collection, and the others once more.
      node.backfill(users, false, false);
      collections.values().forEach(id -> node.backfill(id, false, true));
      node.settleBackfills();
      check(node, users, senders(recorded));
      objects.forEach((event, object) ->
          check(node, String.valueOf(collections.get(event)), newest(recorded, event, object)));
    }
  }

  /** Each user as the last payload that names it as its sender. */
  private static Map<String, Json> senders(List<Recorded> recorded) {
    Map<String, Json> senders = new LinkedHashMap<>();
    for (Recorded one : recorded) {
      Json sender = member(one.payload(), "sender");
      senders.put(((Json.Num) member((Json.Obj) sender, "id")).text(), sender);
    }
    return senders;
  }

  private static CollectionRow.FoldSpec spec(String event, String object) {
    return Events.spec(
        object + ".id",
        "{\"include_when\":[{\"field\":\"headers.X-GitHub-Event\",\"op\":\"eq\",\"value\":\""
            + event
            + "\"}],\"delete_when\":[{\"field\":\"action\",\"op\":\"eq\",\"value\":\"deleted\"}]}");
  }

  /** The last payload of each object that was not deleted, by its id. */
  private static Map<String, Json> newest(List<Recorded> recorded, String event, String object) {
    Map<String, Json> newest = new LinkedHashMap<>();
    for (Recorded one : recorded) {
      if (one.event().equals(event) && one.payload().get(object) instanceof Json.Obj it) {
        String id = ((Json.Num) member(it, "id")).text();
        if (one.payload().get("action") instanceof Json.Str(String action)
            && action.equals("deleted")) {
          newest.remove(id);
        } else {
          newest.put(id, one.payload());
        }
      }
    }
    return newest;
  }

  private static void check(ProjectorNode node, String id, Map<String, Json> expected) {
    Map<String, Json> stored = new LinkedHashMap<>();
    node.records(id, 100).forEach(row -> stored.put(row.key(), Json.read(row.data())));
    assertThat(expected).isNotEmpty();
    assertThat(stored).isEqualTo(expected);
    CollectionRow.Progress progress = node.get(id).progress();
    assertThat(progress.recordCount()).isEqualTo(expected.size());
    assertThat(progress.skippedCount()).isZero();
    assertThat(progress.staleCount()).isZero();
    assertThat(node.lag(id)).isZero();
  }

  private static List<Recorded> recorded() throws IOException {
    List<Recorded> recorded = new ArrayList<>();
    Json.Arr kinds = (Json.Arr) Json.parse(Files.readAllBytes(RECORDED)).orElseThrow();
    for (Json item : kinds.items()) {
      Json.Obj kind = (Json.Obj) item;
      String name = ((Json.Str) member(kind, "name")).value();
      if (List.of("issues", "pull_request", "repository", "push").contains(name)) {
        ((Json.Arr) member(kind, "examples"))
            .items()
            .forEach(example -> recorded.add(new Recorded(name, (Json.Obj) example)));
      }
    }
    return recorded;
  }

  private static Json member(Json.Obj object, String name) {
    return Objects.requireNonNull(object.get(name), name);
  }

  private static boolean isFetched() throws IOException, InterruptedException {
    if (Files.exists(RECORDED)) {
      return true;
    }
    Files.createDirectories(FOLDER);
    return succeeds("npm", "pack", "--silent", PACKAGE)
        && succeeds("tar", "xzf", "octokit-webhooks-examples-7.6.1.tgz");
  }

  private static boolean succeeds(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(FOLDER.toFile())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      process.destroyForcibly();
      return ended && process.exitValue() == 0;
    } catch (IOException e) {
      // There is no such program.
      return false;
    }
  }
}
