package dev.catchment.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Secret;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.verify.VerificationFields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Of the events of a month as many are accepted as there may be, and only originals count. */
final class EventQuotaTest {
  private static final String IP = "203.0.113.7";

  private static IntakeNode node(BothDatabases.Store store, String name, long quota) {
    return new IntakeNode(
        store, name, new RateLimits(0, 0), fetch -> Optional.empty(), OptionalLong.of(quota));
  }

  private static int accepted(List<CompletableFuture<Intake>> sent) {
    int accepted = 0;
    for (CompletableFuture<Intake> one : sent) {
      accepted += one.handle((intake, thrown) -> thrown == null ? 1 : 0).join();
    }
    return accepted;
  }

  @BothDatabases
  void ofManyAtOnceExactlyTheQuotaIsAccepted(BothDatabases.Store store) {
    try (IntakeNode node = node(store, "a", 25)) {
      String one = node.source(SourceRules.NONE);
      String two = node.source(SourceRules.NONE);
      List<CompletableFuture<Intake>> sent = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        sent.add(node.begin(i % 2 == 0 ? one : two, IP, "{}"));
        // Reading what the store has while requests are under way must not lose or double any.
        node.clock.pass(Duration.ofMillis(400));
      }
      assertThat(accepted(sent)).isEqualTo(25);
      assertThat(node.used()).isEqualTo(25);
      assertThat(node.events()).hasSize(25);
      assertThat(node.refused)
          .hasSize(35)
          .extracting(Refused::reason)
          .containsOnly(Reason.QUOTA_EXCEEDED);
    }
  }

  @BothDatabases
  void aNewMonthBeginsAnew(BothDatabases.Store store) {
    try (IntakeNode node = node(store, "a", 1)) {
      String source = node.source(SourceRules.NONE);
      node.send(source, "{}");
      Refusal refusal = node.refusal(source, IP, "{}");
      // 2023-11-14T22:13:20Z is 16 days, 1 h, 46 min and 40 s before December.
      long toDecember =
          Duration.ofDays(16).plusHours(1).plusMinutes(46).plusSeconds(40).toSeconds();
      assertThat(refusal.failure().retryAfterSeconds()).isEqualTo(toDecember);
      node.clock.pass(Duration.ofSeconds(toDecember).minusMillis(1));
      assertThat(node.refusal(source, IP, "{}").reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
      node.clock.pass(Duration.ofMillis(1));
      assertThat(node.used()).isZero();
      node.send(source, "{}");
      assertThat(node.used()).isEqualTo(1);
      assertThat(node.refusal(source, IP, "{}").reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
    }
  }

  @BothDatabases
  void duplicatesAndForgedRequestsUseNothingUp(BothDatabases.Store store) {
    try (IntakeNode node = node(store, "a", 3)) {
      String source =
          node.source(
              new SourceRules(
                  null,
                  SourceRules.NONE.verifying(),
                  new SourceRules.Dedup(true, SourceRules.Dedup.PAYLOAD_HASH, null, 300),
                  SourceRules.NONE.addresses(),
                  SourceRules.NONE.body()));
      String signed =
          node.source(
              new SourceRules(
                  null,
                  new SourceRules.Verifying(
                      true, new VerificationFields("hmac_sha256", new Secret("s"), null, null)),
                  SourceRules.NONE.dedup(),
                  SourceRules.NONE.addresses(),
                  SourceRules.NONE.body()));
      for (int i = 0; i < 10; i++) {
        assertThat(node.accepted(source, "{\"id\":1}").duplicate()).isEqualTo(i > 0);
        assertThat(node.refusal(signed, IP, "{}").reason()).isEqualTo(Reason.SIGNATURE_MISSING);
      }
      assertThat(node.used()).isEqualTo(1);
      assertThat(node.accepted(source, "{\"id\":2}").duplicate()).isFalse();
      assertThat(node.accepted(source, "{\"id\":3}").duplicate()).isFalse();
      assertThat(node.refusal(source, IP, "{\"id\":4}").reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
      Refused kept = node.refused.getLast();
      node.clock.pass(Duration.ofDays(20));
      assertThat(node.again(kept)).isInstanceOf(Intake.Accepted.class);
    }
  }

  @BothDatabases
  void aNodeHearsOfWhatTheOthersAcceptWithinASecond(BothDatabases.Store store) throws Exception {
    if (!store.isPostgres()) {
      return;
    }
    try (IntakeNode node = node(store, "a", 10);
        IntakeNode other = node(store, "b", 10)) {
      String source = node.source(SourceRules.NONE);
      node.send(source, "{}");
      for (int i = 0; i < 9; i++) {
        other.send(source, "{}");
      }
      assertThat(other.refusal(source, IP, "{}").reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
      node.clock.pass(Duration.ofMillis(1_001));
      int more = 0;
      while (accepted(List.of(node.begin(source, IP, "{}"))) == 1) {
        more++;
        assertThat(more).as("accepted before the store was read").isLessThan(10);
      }
      assertThat(node.used()).isEqualTo(10 + more);
    }
  }

  @BothDatabases
  void aNodeThatStartsKnowsWhatWasUsed(BothDatabases.Store store) {
    String source;
    try (IntakeNode node = node(store, "a", 2)) {
      source = node.source(SourceRules.NONE);
      node.send(source, "{}");
      node.send(source, "{}");
    }
    try (IntakeNode node = node(store, "a", 2)) {
      assertThat(node.refusal(source, IP, "{}").reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
    }
  }
}
