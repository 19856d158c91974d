package dev.catchment.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.testkit.BothDatabases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Of the requests to an ephemeral source as many are accepted as it takes, until its end. */
final class TermsTest {
  private static final String IP = "203.0.113.7";
  private static final long DAY = Duration.ofDays(1).toMillis();

  private static long accepted(List<CompletableFuture<Intake>> sent) {
    return sent.stream()
        .filter(one -> one.handle((intake, thrown) -> thrown == null).join())
        .count();
  }

  @BothDatabases
  void ofManyAtOnceExactlyTheLimitIsAccepted(BothDatabases.Store store) {
    try (IntakeNode node = new IntakeNode(store)) {
      String source = node.ephemeral(25, IntakeNode.START + DAY);
      String other = node.source(SourceRules.NONE);
      List<CompletableFuture<Intake>> sent = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        sent.add(node.begin(source, IP, "{}"));
        node.accepted(other, "{}");
      }
      assertThat(accepted(sent)).isEqualTo(25);
      assertThat(node.events()).filteredOn(e -> e.event().sourceId().equals(source)).hasSize(25);
      Refusal refusal = node.refusal(source, IP, "{}");
      assertThat(refusal.reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
      assertThat(refusal.failure().retryAfterSeconds()).isEqualTo(86_400);
      assertThat(node.refused).hasSize(36).allMatch(one -> one.sourceId().equals(source));
    }
  }

  @BothDatabases
  void afterItsEndNothingIsAccepted(BothDatabases.Store store) {
    try (IntakeNode node = new IntakeNode(store)) {
      String source = node.ephemeral(25, IntakeNode.START + DAY);
      node.accepted(source, "{}");
      node.clock.set(IntakeNode.START + DAY - 1);
      node.accepted(source, "{}");
      node.clock.set(IntakeNode.START + DAY);
      Refusal refusal = node.refusal(source, IP, "{}");
      assertThat(refusal.reason()).isEqualTo(Reason.SESSION_EXPIRED);
      assertThat(refusal.failure().code()).isEqualTo(Failure.Code.GONE);
      assertThat(node.events()).hasSize(2);
    }
  }

  /** A node that has not heard yet that the source was claimed, ended or removed. */
  @BothDatabases
  void theStoreDecidesWhateverANodeRemembers(BothDatabases.Store store) {
    Scope owner = new Scope("5".repeat(32), "6".repeat(32));
    try (IntakeNode node = new IntakeNode(store)) {
      String ended = node.ephemeral(25, IntakeNode.START + DAY);
      String claimed = node.ephemeral(25, IntakeNode.START + DAY);
      String removed = node.ephemeral(25, IntakeNode.START + DAY);
      for (String source : List.of(ended, claimed, removed)) {
        node.accepted(source, "{}");
      }
      // Behind the back of what the node remembers: nothing is told.
      node.write(tx -> {
        Terms.end(tx, ended, 0);
        tx.update("DELETE FROM source_terms WHERE source_id IN (?, ?)", claimed, removed);
        tx.update("DELETE FROM sources WHERE id = ?", removed);
        return tx.update(
            "UPDATE sources SET org_id = ?, env_id = ? WHERE id = ?",
            owner.orgId(),
            owner.envId(),
            claimed);
      });
      assertThat(node.refusal(ended, IP, "{}").reason()).isEqualTo(Reason.SESSION_EXPIRED);
      node.accepted(claimed, "{}");
      assertThat(node.events().getLast().event().scope()).isEqualTo(owner);
      assertThat(failure(node.begin(removed, IP, "{}")).code()).isEqualTo(Failure.Code.NOT_FOUND);
      assertThat(node.events()).hasSize(4);
    }
  }

  @BothDatabases
  void whatBelongsToNobodyUsesNobodysQuota(BothDatabases.Store store) {
    try (IntakeNode node =
        new IntakeNode(
            store, "a", new RateLimits(0, 0), fetch -> Optional.empty(), OptionalLong.of(1))) {
      String source = node.ephemeral(25, IntakeNode.START + DAY);
      for (int i = 0; i < 3; i++) {
        node.accepted(source, "{}");
      }
      String own = node.source(SourceRules.NONE);
      node.accepted(own, "{}");
      assertThat(node.refusal(own, IP, "{}").reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
      node.accepted(source, "{}");
      assertThat(node.used()).isEqualTo(1);
    }
  }

  private static Failure failure(CompletableFuture<Intake> begun) {
    try {
      throw new AssertionError("It was accepted: " + begun.join());
    } catch (CompletionException e) {
      if (e.getCause() instanceof Failure failure) {
        return failure;
      }
      throw e;
    }
  }
}
