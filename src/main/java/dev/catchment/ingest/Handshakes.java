package dev.catchment.ingest;

import dev.catchment.base.Secret;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.observe.Log;
import dev.catchment.verify.Answer;
import dev.catchment.verify.Fetch;
import dev.catchment.verify.HubWord;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * The questions that providers ask before they send events: answers them, and does what an answer
 * promises. Never blocks its caller.
 */
final class Handshakes {
  private static final Log LOG = Log.of("ingest");

  private final Database database;
  private final Sources table;
  private final Function<Fetch, Optional<byte[]>> get;
  private final Executor threads;

  /**
   * @param get asks a public address, blocking for a bounded time
   * @param threads run what blocks
   */
  Handshakes(
      Database database, Sources table, Function<Fetch, Optional<byte[]>> get, Executor threads) {
    this.database = database;
    this.table = table;
    this.get = get;
    this.threads = threads;
  }

  /**
   * Answers the question that a request was found to be, and has it kept as one. Where the answer
   * hands something over, the stage completes once that is durable.
   */
  CompletionStage<Intake> answer(Candidate candidate, Answer answer) {
    Source source = candidate.source();
    candidate.keep(answer);
    confirm(source, answer);
    Intake asked = new Intake.Asked(answer, candidate.rate());
    Secret secret = answer.after().secretToKeep();
    HubWord word = answer.after().subscription();
    // The provider believes that we have what it gave once it reads the answer.
    if (secret != null) {
      return database
          .submit(Durability.SYNCED, tx -> table.keepSecret(tx, source, secret))
          .thenApply(kept -> asked);
    }
    return word == null
        ? CompletableFuture.completedFuture(asked)
        : database
            .submit(Durability.SYNCED, tx -> HubSubscriptions.keep(tx, source, word))
            .thenApply(kept -> asked);
  }

  private void confirm(Source source, Answer answer) {
    String url = answer.after().confirmUrl();
    if (url != null) {
      threads.execute(() ->
          LOG.info(
              "handshake.confirmed",
              "source",
              source.id(),
              "answered",
              get.apply(new Fetch(url, null)).isPresent()));
    }
  }
}
