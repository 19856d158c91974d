package dev.catchment.main;

import java.io.PrintStream;

/** What a person reads when the server has started. */
final class Greeting {
  private final PrintStream out;

  Greeting(PrintStream out) {
    this.out = out;
  }

  /** Says where the server listens and, at the first start, how to send it something. */
  void print(Config config, Node node, long startMillis) {
    String url = config.server().publicUrl(node.port());
    out.printf(
        "Catchment %s listens on %s (started in %d ms, %s)%n",
        Version.text(), url, startMillis, node.storeName());
    FirstSteps steps = node.firstSteps();
    steps.keyFile().ifPresent(file -> printKey(steps, file.toString()));
    steps
        .sourceId()
        .ifPresent(id -> {
          out.printf("%nA first source is ready. Send it a webhook:%n%n");
          out.printf(
              "  curl -H 'Content-Type: application/json' -d '{\"id\": 1, \"hello\": \"world\"}' \\%n"
                  + "    %s/v1/ingest/%s%n%n",
              url, id);
        });
    out.flush();
  }

  private void printKey(FirstSteps steps, String file) {
    steps
        .apiKey()
        .ifPresent(key ->
            out.printf(
                "%nYour API key, shown this once and kept in %s:%n%n  %s%n", file, key.reveal()));
  }
}
