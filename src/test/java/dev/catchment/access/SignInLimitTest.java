package dev.catchment.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class SignInLimitTest {
  private final AccessNode.Clock clock = new AccessNode.Clock();
  private final SignInLimit limit = new SignInLimit(clock);

  @Test
  void twentyAttemptsAWindowGoThrough() {
    for (int window = 0; window < 3; window++) {
      for (int i = 0; i < 20; i++) {
        assertThat(limit.attempt("a", "e")).isZero();
      }
      clock.pass(Duration.ofSeconds(60));
    }
  }

  @Test
  void thePauseDoublesUpToABoundAndIsForgottenAfterAQuietTime() {
    long[] pauses = {60_000, 120_000, 240_000, 480_000, 900_000, 900_000};
    for (long pause : pauses) {
      exhaust();
      assertThat(limit.attempt("a", "e")).isEqualTo(pause);
      clock.pass(Duration.ofMillis(pause - 1));
      assertThat(limit.attempt("a", "e")).isEqualTo(1);
      clock.pass(Duration.ofMillis(1));
    }
    clock.pass(Duration.ofMinutes(15));
    exhaust();
    assertThat(limit.attempt("a", "e")).isEqualTo(60_000);
  }

  @Test
  void pairsDoNotDisturbEachOther() {
    exhaust();
    assertThat(limit.attempt("a", "e")).isPositive();
    assertThat(limit.attempt("b", "e")).isZero();
    assertThat(limit.attempt("a", "f")).isZero();
  }

  @Test
  void aPairThatIsStillTryingIsNotPushedOutByManyOthers() {
    exhaust();
    for (int i = 0; i < 3 * SignInLimit.PAIRS_MAX; i++) {
      assertThat(limit.attempt("b", "e" + i)).isZero();
      if (i % 1_000 == 0) {
        assertThat(limit.attempt("a", "e")).isPositive();
      }
    }
    assertThat(limit.attempt("b", "e0")).isZero();
  }

  private void exhaust() {
    for (int i = 0; i < 20; i++) {
      assertThat(limit.attempt("a", "e")).isZero();
    }
  }
}
