package dev.catchment.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.Sample;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class OutcomeTest {
  @ParameterizedTest
  @EnumSource(SendResult.Kind.class)
  void whatThisServerCouldNotMakeDoesNotSpeakAgainstTheReceiver(SendResult.Kind kind) {
    SendResult result = new SendResult.Unanswered(kind, "no", 0);
    Owed owed =
        Sample.owed(
            "a".repeat(32), "d", Sample.event("e", "s", "application/json", new byte[] {'{', '}'}));
    Outcome outcome =
        new Outcome(owed, result, RetryPolicy.decide(Sample.RETRY, 1, result, 0, 0), null, 0, 0);

    assertThat(outcome.isReceiversFault())
        .isEqualTo(kind != SendResult.Kind.TRANSFORM && kind != SendResult.Kind.NOT_NOW);
    assertThat(outcome.retryAt() == null).isEqualTo(kind == SendResult.Kind.TRANSFORM);
  }
}
