package dev.catchment.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Failure;
import dev.catchment.base.Secret;
import dev.catchment.log.OldEvents;
import dev.catchment.log.StoredEvent;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Hmac;
import dev.catchment.verify.VerificationFields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A token of Mailgun, which signs no body, makes one event. */
final class UsedTokensTest {
  private static final String IP = "203.0.113.7";
  private static final long SECONDS = IntakeNode.START / 1_000;

  private static String source(IntakeNode node) {
    return node.source(
        new SourceRules(
            "mailgun",
            new SourceRules.Verifying(
                true, new VerificationFields("mailgun", new Secret("key"), null, null)),
            SourceRules.NONE.dedup(),
            SourceRules.NONE.addresses(),
            SourceRules.NONE.body()));
  }

  private static String body(String token, int id) {
    String signature = Hmac.hex("key", SECONDS + token);
    return "{\"signature\":{\"timestamp\":\"%d\",\"token\":\"%s\",\"signature\":\"%s\"},\"event-data\":{\"id\":%d}}"
        .formatted(SECONDS, token, signature, id);
  }

  @BothDatabases
  void aChangedEventUnderAnOldSignatureIsRefused(BothDatabases.Store store) throws Exception {
    try (IntakeNode node = new IntakeNode(store)) {
      String source = source(node);
      node.accepted(source, body("t-1", 1));
      Refusal replayed = node.refusal(source, IP, body("t-1", 2));
      assertThat(replayed.reason()).isEqualTo(Reason.SIGNATURE_INVALID);
      assertThat(replayed.failure().sentence()).isEqualTo("Invalid signature");
      assertThat(replayed.detail()).isEqualTo("The token was used before");
      assertThat(node.refused).hasSize(1);
      node.accepted(source, body("t-2", 2));
      node.accepted(source(node), body("t-1", 3));
      assertThat(node.events()).hasSize(3);
      assertThat(
              node.stored(
                  "SELECT CAST(COUNT(*) AS TEXT) AS t FROM used_tokens WHERE hash LIKE 't-%'"))
          .as("only hashes are kept")
          .isEqualTo("0");
    }
  }

  @BothDatabases
  void theSameRequestAgainIsToldOfItsEventAndStoredOnce(BothDatabases.Store store)
      throws Exception {
    try (IntakeNode node = new IntakeNode(store)) {
      String source = source(node);
      for (String body : List.of(body("small", 1), body("large", 2) + " ".repeat(20_000))) {
        Intake.Accepted first = node.accepted(source, body);
        assertThat(first.duplicate()).isFalse();
        Intake.Accepted again = node.accepted(source, body);
        assertThat(again.eventId()).isEqualTo(first.eventId());
        assertThat(again.duplicate()).isTrue();
        assertThat(node.refusal(source, IP, body + " ").reason())
            .as("one byte more")
            .isEqualTo(Reason.SIGNATURE_INVALID);
      }
      assertThat(node.events()).hasSize(2);
      assertThat(node.refused).hasSize(2);
      assertThat(node.used()).isEqualTo(2);
      List<Long> positions = node.events().stream().map(StoredEvent::position).toList();
      node.<Integer>write(tx -> OldEvents.delete(tx, positions));
      assertThat(node.refusal(source, IP, body("small", 1)).reason())
          .as("nobody can tell any more")
          .isEqualTo(Reason.SIGNATURE_INVALID);
    }
  }

  @BothDatabases
  void ofManyAtOnceOnOneOrTwoNodesOneIsTaken(BothDatabases.Store store) throws Exception {
    try (IntakeNode node = new IntakeNode(store);
        IntakeNode other =
            store.isPostgres()
                ? new IntakeNode(store, "b", new RateLimits(0, 0), fetch -> Optional.empty())
                : node) {
      String source = source(node);
      List<CompletableFuture<Intake>> sent = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        sent.add((i % 2 == 0 ? node : other).begin(source, IP, body("t", i)));
      }
      int taken = 0;
      for (CompletableFuture<Intake> one : sent) {
        try {
          one.join();
          taken++;
        } catch (CompletionException e) {
          assertThat(e.getCause()).isInstanceOfAny(Refusal.class, Failure.class);
        }
      }
      assertThat(taken).isEqualTo(1);
      assertThat(node.events()).hasSize(1);
    }
  }

  @BothDatabases
  void aClaimOfANodeThatDiedIsTakenOver(BothDatabases.Store store) throws Exception {
    try (IntakeNode node = new IntakeNode(store)) {
      String source = source(node);
      node.accepted(source, body("first", 1));
      // What a node leaves that dies between its claim and its event.
      node.database.write(
          tx -> tx.update("UPDATE used_tokens SET used = 0, event_id = ?", "0".repeat(32)));
      assertThat(node.begin(source, IP, body("first", 2)).handle((i, t) -> t.getCause()).join())
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> assertThat(failure.code()).isEqualTo(Failure.Code.UNAVAILABLE));
      node.clock.pass(Duration.ofMinutes(1));
      node.accepted(source, body("first", 2));
      assertThat(node.refusal(source, IP, body("first", 3)).reason())
          .isEqualTo(Reason.SIGNATURE_INVALID);
    }
  }

  @BothDatabases
  void aTokenIsForgottenOnceItsTimeIsRefused(BothDatabases.Store store) throws Exception {
    try (IntakeNode node = new IntakeNode(store)) {
      String source = source(node);
      node.accepted(source, body("t", 1));
      node.clock.pass(Duration.ofMinutes(15));
      assertThat(node.<Integer>write(tx -> UsedTokens.deleteExpired(tx, 10))).isZero();
      assertThat(node.refusal(source, IP, body("t", 2)).reason())
          .isEqualTo(Reason.TIMESTAMP_OUT_OF_TOLERANCE);
      node.clock.pass(Duration.ofMinutes(1).plusMillis(1));
      assertThat(node.<Integer>write(tx -> UsedTokens.deleteExpired(tx, 10))).isEqualTo(1);
    }
  }
}
