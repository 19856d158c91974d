package dev.catchment.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Failure;
import dev.catchment.base.Secret;
import dev.catchment.json.Json;
import dev.catchment.log.StoredEvent;
import dev.catchment.schema.Violation;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Hmac;
import dev.catchment.verify.HubWord;
import dev.catchment.verify.VerificationFields;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

final class IngestTest {
  private static final String IP = "203.0.113.7";

  @BothDatabases
  void onlyASignedRequestBecomesAnEvent(BothDatabases.Store store) throws Exception {
    try (IntakeNode node = new IntakeNode(store)) {
      String source = node.source(signed("s3cret"));
      String body = "{ \"b\":1,\r\n\"a\":2 }\n";
      assertThat(node.accepted(source, body, "x-SIGNATURE", Hmac.hex("s3cret", body)).duplicate())
          .isFalse();
      assertThat(node.refusal(source, IP, body).reason()).isEqualTo(Reason.SIGNATURE_MISSING);
      Refusal forged = node.refusal(source, IP, body, "X-Signature", Hmac.hex("other", body));
      assertThat(forged.reason()).isEqualTo(Reason.SIGNATURE_INVALID);
      assertThat(forged.failure().sentence()).isEqualTo("Invalid signature");
      assertThat(forged.failure().code()).isEqualTo(Failure.Code.UNAUTHENTICATED);
      assertThat(
              node.refusal(source, IP, body + " ", "X-Signature", Hmac.hex("s3cret", body))
                  .reason())
          .isEqualTo(Reason.SIGNATURE_INVALID);
      List<StoredEvent> events = node.events();
      assertThat(events).hasSize(1);
      assertThat(new String(events.getFirst().event().body(), StandardCharsets.UTF_8))
          .isEqualTo(body);
      assertThat(events.getFirst().event().checks().verification()).isEqualTo("verified");
      assertThat(node.refused)
          .extracting(Refused::reason)
          .containsExactly(
              Reason.SIGNATURE_MISSING, Reason.SIGNATURE_INVALID, Reason.SIGNATURE_INVALID);
    }
  }

  @BothDatabases
  void anUnknownVerifierRefuses(BothDatabases.Store store) throws Exception {
    try (IntakeNode node = new IntakeNode(store)) {
      String source =
          node.source(
              new SourceRules(
                  null,
                  new SourceRules.Verifying(
                      true, new VerificationFields("no_such_scheme", new Secret("s"), null, null)),
                  SourceRules.NONE.dedup(),
                  SourceRules.NONE.addresses(),
                  SourceRules.NONE.body()));
      Refusal refusal = node.refusal(source, IP, "{}", "X-Signature", Hmac.hex("s", "{}"));
      assertThat(refusal.reason()).isEqualTo(Reason.VERIFIER_MISCONFIGURED);
      assertThat(refusal.failure().sentence()).isEqualTo("Invalid signature");
      assertThat(node.events()).isEmpty();
    }
  }

  @BothDatabases
  void aRefusedRequestIsAcceptedOnceItsCauseIsFixed(BothDatabases.Store store) throws Exception {
    try (IntakeNode node = new IntakeNode(store)) {
      String source = node.source(signed("mistyped"));
      String body = "{\"id\":1}";
      assertThat(node.refusal(source, IP, body, "X-Signature", Hmac.hex("right", body)).reason())
          .isEqualTo(Reason.SIGNATURE_INVALID);
      Refused kept = node.refused.getFirst();
      assertThat(kept.body()).isEqualTo(body.getBytes(StandardCharsets.UTF_8));
      node.change(source, old -> with(old, signed("right")));
      node.clock.pass(Duration.ofHours(1));
      assertThat(node.again(kept)).isInstanceOf(Intake.Accepted.class);
      assertThat(node.events()).hasSize(1);
      assertThat(node.refused).as("a replay is not kept again").hasSize(1);
    }
  }

  @BothDatabases
  void addressesDecideBeforeTheSignatureIsLookedAt(BothDatabases.Store store) {
    try (IntakeNode node = new IntakeNode(store)) {
      String source =
          node.source(
              new SourceRules(
                  null,
                  signed("x").verifying(),
                  SourceRules.NONE.dedup(),
                  new SourceRules.Addresses(
                      array("203.0.113.0/24", "2001:db8::/32"),
                      array("203.0.113.66", "2001:db8:bad::/48")),
                  SourceRules.NONE.body()));
      assertThat(node.refusal(source, "198.51.100.1", "{}").reason())
          .isEqualTo(Reason.IP_NOT_ALLOWED);
      assertThat(node.refusal(source, "203.0.113.66", "{}").failure().sentence())
          .isEqualTo("IP is in deny list");
      assertThat(node.refusal(source, "2001:db8:bad::1", "{}").reason())
          .isEqualTo(Reason.IP_DENIED);
      assertThat(node.refusal(source, "2001:db9::1", "{}").reason())
          .isEqualTo(Reason.IP_NOT_ALLOWED);
      for (String allowed : List.of("203.0.113.7", "::ffff:203.0.113.7", "2001:db8::7")) {
        assertThat(node.refusal(source, allowed, "{}").reason())
            .isEqualTo(Reason.SIGNATURE_MISSING);
      }
      assertThat(node.events()).isEmpty();
    }
  }

  @BothDatabases
  void twoEqualRequestsAtOnceGiveOneOriginal(BothDatabases.Store store) {
    try (IntakeNode node = new IntakeNode(store)) {
      String source = node.source(dedup(SourceRules.Dedup.PAYLOAD_HASH, null));
      List<CompletableFuture<Intake>> sent = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        sent.add(node.begin(source, IP, "{\"id\":7}"));
      }
      List<Intake.Accepted> answers =
          sent.stream().map(future -> (Intake.Accepted) future.join()).toList();
      List<Intake.Accepted> originals =
          answers.stream().filter(answer -> !answer.duplicate()).toList();
      assertThat(originals).hasSize(1);
      assertThat(answers).extracting(Intake.Accepted::eventId).doesNotHaveDuplicates();
      assertThat(node.events()).hasSize(40);
      assertThat(node.events().stream().filter(event -> event.event().isDuplicate()))
          .hasSize(39)
          .allSatisfy(event ->
              assertThat(event.event().checks().dedup())
                  .extracting(dedup -> dedup == null ? null : dedup.duplicateOf())
                  .isEqualTo(originals.getFirst().eventId()));
      assertThat(node.read(source).totals().eventCount()).isEqualTo(40);
    }
  }

  @BothDatabases
  void twoNodesAgreeOnOneOriginal(BothDatabases.Store store) {
    if (!store.isPostgres()) {
      return;
    }
    RateLimits none = new RateLimits(0, 0);
    try (IntakeNode node = new IntakeNode(store, "a", none, url -> Optional.empty());
        IntakeNode other = new IntakeNode(store, "b", none, url -> Optional.empty())) {
      String source = node.source(dedup(SourceRules.Dedup.PAYLOAD_HASH, null));
      for (int round = 0; round < 20; round++) {
        CompletableFuture<Intake> one = node.begin(source, IP, "{\"round\":" + round + "}");
        CompletableFuture<Intake> two = other.begin(source, IP, "{\"round\":" + round + "}");
        assertThat(((Intake.Accepted) one.join()).duplicate())
            .isNotEqualTo(((Intake.Accepted) two.join()).duplicate());
      }
    }
  }

  @BothDatabases
  void aDuplicateDoesNotExtendTheWindowOfItsOriginal(BothDatabases.Store store) {
    try (IntakeNode node = new IntakeNode(store)) {
      String source = node.source(dedup(SourceRules.Dedup.PAYLOAD_HASH, null));
      assertThat(node.accepted(source, "a").duplicate()).isFalse();
      node.clock.pass(Duration.ofSeconds(200));
      assertThat(node.accepted(source, "a").duplicate()).isTrue();
      assertThat(node.accepted(source, "b").duplicate()).isFalse();
      node.clock.pass(Duration.ofSeconds(100));
      assertThat(node.accepted(source, "a").duplicate()).as("at the end of the window").isTrue();
      node.clock.pass(Duration.ofMillis(1));
      assertThat(node.accepted(source, "a").duplicate()).isFalse();
      assertThat(node.accepted(source, "b").duplicate()).isTrue();
    }
  }

  @BothDatabases
  void keysComeFromHeadersAndBodiesAndMayBeMissing(BothDatabases.Store store) {
    try (IntakeNode node = new IntakeNode(store)) {
      String byHeader = node.source(dedup(SourceRules.Dedup.HEADER_FIELD, "X-Delivery"));
      assertThat(node.accepted(byHeader, "1", "x-delivery", "d1").duplicate()).isFalse();
      assertThat(node.accepted(byHeader, "2", "X-Delivery", "d1").duplicate()).isTrue();
      assertThat(node.accepted(byHeader, "1").duplicate()).isFalse();
      assertThat(node.accepted(byHeader, "1").duplicate()).as("without a key").isFalse();
      String byBody = node.source(dedup(SourceRules.Dedup.BODY_FIELD, "data.id"));
      assertThat(node.accepted(byBody, "{\"data\":{\"id\":1}}").duplicate()).isFalse();
      assertThat(node.accepted(byBody, "{\"x\":1,\"data\":{\"id\":1}}").duplicate()).isTrue();
      assertThat(node.accepted(byBody, "{\"data\":{\"id\":\"1\"}}").duplicate())
          .as("a text is the key itself, as the key of a record is")
          .isTrue();
      assertThat(node.accepted(byBody, "{\"data\":{\"id\":null}}").duplicate()).isFalse();
      assertThat(node.accepted(byBody, "no json").duplicate()).isFalse();
      assertThat(node.accepted(byBody, "no json").duplicate()).isFalse();
      assertThat(node.accepted(byHeader, "9", "X-Delivery", "d2").duplicate())
          .as("keys of two sources do not meet")
          .isFalse();
    }
  }

  @BothDatabases
  void aForgedRequestUsesUpNoKey(BothDatabases.Store store) throws Exception {
    try (IntakeNode node = new IntakeNode(store)) {
      String source =
          node.source(
              new SourceRules(
                  null,
                  signed("k").verifying(),
                  new SourceRules.Dedup(true, SourceRules.Dedup.PAYLOAD_HASH, null, 300),
                  SourceRules.NONE.addresses(),
                  SourceRules.NONE.body()));
      assertThat(node.refusal(source, IP, "{}", "X-Signature", "00").reason())
          .isEqualTo(Reason.SIGNATURE_INVALID);
      assertThat(node.accepted(source, "{}", "X-Signature", Hmac.hex("k", "{}")).duplicate())
          .isFalse();
    }
  }

  @BothDatabases
  void aBodyThatDoesNotFitIsRefusedOrMarked(BothDatabases.Store store) {
    try (IntakeNode node = new IntakeNode(store)) {
      String schema = "{\"type\":\"object\",\"required\":[\"id\"]}";
      String strict = node.source(body(schema, SourceRules.BodyRule.REJECT));
      Refusal refusal = node.refusal(strict, IP, "{}");
      assertThat(refusal.reason()).isEqualTo(Reason.SCHEMA_INVALID);
      assertThat(refusal.failure().code()).isEqualTo(Failure.Code.UNPROCESSABLE);
      assertThat(refusal.violations()).extracting(Violation::keyword).containsExactly("required");
      assertThat(node.accepted(strict, "{\"id\":1}").duplicate()).isFalse();
      String lenient = node.source(body(schema, SourceRules.BodyRule.WARN));
      var _ = node.accepted(lenient, "{}");
      StoredEvent marked = node.events().getLast();
      assertThat(marked.event().checks().verification()).isEqualTo("schema_invalid");
      assertThat(marked.event().checks().verificationError()).contains("id");
    }
  }

  @BothDatabases
  void whoSendsTooFastIsToldWhen(BothDatabases.Store store) {
    try (IntakeNode node =
        new IntakeNode(store, "a", new RateLimits(3, 0), url -> Optional.empty())) {
      String source = node.source(SourceRules.NONE, "{\"rate_limit_per_second\":2}");
      String other = node.source(SourceRules.NONE);
      assertThat(left(node.send(source, "1"))).isEqualTo(1);
      assertThat(left(node.send(source, "2"))).isEqualTo(0);
      Refusal refusal = node.refusal(source, IP, "3");
      assertThat(refusal.reason()).isEqualTo(Reason.RATE_LIMITED);
      assertThat(refusal.failure().retryAfterSeconds()).isEqualTo(1);
      assertThat(node.refusal(other, IP, "4").failure().sentence())
          .as("the limit of the address")
          .isEqualTo("Rate limit exceeded");
      assertThat(node.begin(other, "198.51.100.9", "5").join()).isNotNull();
      node.clock.pass(Duration.ofSeconds(1));
      assertThat(left(node.send(source, "6"))).isEqualTo(1);
    }
  }

  private static int left(Intake intake) {
    RateWindow.Left left = intake.rate();
    return left == null ? -1 : left.remaining();
  }

  @BothDatabases
  void aHandshakeIsAnsweredAndIsNoEvent(BothDatabases.Store store) {
    try (IntakeNode node = new IntakeNode(store)) {
      String source =
          node.source(
              new SourceRules(
                  "asana",
                  new SourceRules.Verifying(
                      false, new VerificationFields("asana", null, null, null)),
                  SourceRules.NONE.dedup(),
                  SourceRules.NONE.addresses(),
                  SourceRules.NONE.body()));
      Intake asked = node.send(source, "", "X-Hook-Secret", "handed-over");
      assertThat(asked).isInstanceOf(Intake.Asked.class);
      assertThat(node.events()).isEmpty();
      assertThat(node.refused).extracting(Refused::reason).containsExactly(Reason.HANDSHAKE);
      Secret kept = node.read(source).rules().verifying().fields().secret();
      assertThat(kept).isNotNull();
      assertThat(kept == null ? "" : kept.reveal()).isEqualTo("handed-over");
      assertThat(node.refusal(source, IP, "{}").reason())
          .as("verified from now on")
          .isEqualTo(Reason.SIGNATURE_MISSING);
    }
  }

  @BothDatabases
  void whatAHubSaysOfASubscriptionIsKept(BothDatabases.Store store) {
    try (IntakeNode node = new IntakeNode(store)) {
      String source =
          node.source(
              new SourceRules(
                  "websub",
                  new SourceRules.Verifying(
                      true, new VerificationFields("websub", new Secret("hub-secret"), null, null)),
                  SourceRules.NONE.dedup(),
                  SourceRules.NONE.addresses(),
                  SourceRules.NONE.body()),
              "{\"topic\":\"https://t.example/a\",\"former_topic\":\"https://t.example/b\"}");
      assertThat(said(node, source)).isEmpty();
      node.ask(
          source,
          "hub.mode=subscribe&hub.topic=https://t.example/a&hub.challenge=c&hub.lease_seconds=86400");
      assertThat(said(node, source))
          .contains(
              new HubSubscriptions.Said(
                  new HubWord(HubWord.State.GRANTED, 86_400L, null), IntakeNode.START));
      assertThat(node.refused.getFirst().detail())
          .isEqualTo("The hub granted the subscription for 86400 s");
      node.clock.pass(Duration.ofHours(20));
      node.ask(source, "hub.mode=denied&hub.topic=https://t.example/a&hub.reason=no");
      assertThat(said(node, source))
          .contains(
              new HubSubscriptions.Said(
                  new HubWord(HubWord.State.DENIED, null, "no"), node.clock.millis()));
      node.ask(source, "hub.mode=subscribe&hub.topic=https://other.example/&hub.challenge=c");
      assertThat(said(node, source).map(found -> found.word().state()))
          .as("nobody asked for that topic")
          .contains(HubWord.State.DENIED);
      node.ask(source, "hub.mode=unsubscribe&hub.topic=https://t.example/b&hub.challenge=c");
      assertThat(said(node, source).map(found -> found.word().state()))
          .contains(HubWord.State.ENDED);
      node.database.write(tx -> {
        Sources.delete(tx, node.read(source).scope(), source);
        return true;
      });
      assertThat(said(node, source)).isEmpty();
    }
  }

  private static Optional<HubSubscriptions.Said> said(IntakeNode node, String source) {
    return node.database.read(tx -> HubSubscriptions.find(tx, source));
  }

  @BothDatabases
  void secretsAreSealedInTheirRows(BothDatabases.Store store) {
    try (IntakeNode node = new IntakeNode(store)) {
      String source = node.source(signed("very-secret-text"));
      String stored =
          node.database.read(tx ->
              tx.list(
                      "SELECT verification_secret, verification_config FROM sources WHERE id = ?",
                      row ->
                          row.find("verification_secret") + " " + row.find("verification_config"),
                      source)
                  .getFirst());
      assertThat(stored).doesNotContain("very-secret-text").contains("v1.");
    }
  }

  private static Source.Draft with(Source old, SourceRules rules) {
    return new Source.Draft(
        old.id(),
        old.scope(),
        old.name(),
        old.slug(),
        old.description(),
        old.kind(),
        old.config(),
        rules,
        old.status(),
        old.term());
  }

  private static SourceRules signed(String secret) {
    return new SourceRules(
        null,
        new SourceRules.Verifying(
            true, new VerificationFields("hmac_sha256", new Secret(secret), null, null)),
        SourceRules.NONE.dedup(),
        SourceRules.NONE.addresses(),
        SourceRules.NONE.body());
  }

  private static SourceRules dedup(String strategy, @Nullable String field) {
    return new SourceRules(
        null,
        SourceRules.NONE.verifying(),
        new SourceRules.Dedup(true, strategy, field, 300),
        SourceRules.NONE.addresses(),
        SourceRules.NONE.body());
  }

  private static SourceRules body(String schema, String action) {
    return new SourceRules(
        null,
        SourceRules.NONE.verifying(),
        SourceRules.NONE.dedup(),
        SourceRules.NONE.addresses(),
        new SourceRules.BodyRule(true, (Json.Obj) Json.read(schema), action));
  }

  private static Json.Arr array(String... texts) {
    return (Json.Arr) Json.texts(List.of(texts));
  }
}
