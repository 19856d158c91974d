package dev.catchment.issues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.delivery.DeadLetters;
import dev.catchment.delivery.EndedAttempt;
import dev.catchment.delivery.SendResult;
import dev.catchment.testkit.Sample;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a failed attempt is a case of, and when too many fail. */
final class IssueKindTest {
  private static EndedAttempt attempt(
      @Nullable Integer status, SendResult.@Nullable Kind trouble, String error) {
    return new EndedAttempt(
        "a", Sample.SCOPE, "e", "c", "d", EndedAttempt.Fate.DEAD, status, trouble, error, 1);
  }

  @ParameterizedTest
  @CsvSource({
    "100, CONNECTION_ERROR",
    "301, HTTP_3XX",
    "400, HTTP_4XX",
    "409, HTTP_4XX",
    "410, GONE",
    "411, HTTP_4XX",
    "429, HTTP_4XX",
    "500, HTTP_5XX",
    "599, HTTP_5XX",
    "999, HTTP_5XX"
  })
  void anAnswerIsJudgedByItsStatus(int status, IssueKind kind) {
    assertThat(IssueKind.of(attempt(status, null, "Receiver answered " + status))).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource({
    "DNS, DNS_ERROR",
    "CONNECT, CONNECTION_ERROR",
    "TIMEOUT, TIMEOUT",
    "TLS, TLS_ERROR",
    "BLOCKED_ADDRESS, BLOCKED_ADDRESS",
    "NOT_NOW, TRANSFORM_ERROR",
    "PROTOCOL, CONNECTION_ERROR",
    "OTHER, CONNECTION_ERROR",
    "TRANSFORM, TRANSFORM_ERROR"
  })
  void noAnswerIsJudgedByTheTrouble(SendResult.Kind trouble, IssueKind kind) {
    assertThat(IssueKind.of(attempt(null, trouble, "No answer"))).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource({"Circuit open, CIRCUIT_OPEN", "Something else, CONNECTION_ERROR"})
  void whatWasNeverSentIsJudgedByItsSentence(String error, IssueKind kind) {
    assertThat(IssueKind.of(attempt(null, null, error))).isEqualTo(kind);
    assertThat(kind.word()).matches("[a-z0-9_]+");
  }

  @ParameterizedTest
  @CsvSource({
    "19, 19, false, 1",
    "20, 20, true, 1",
    "10, 20, true, 1",
    "9, 20, false, 2",
    "0, 0, false, 20",
    "1, 1, false, 19",
    "5, 100, false, 90",
    "500, 999, true, 1"
  })
  void aRateIsHighFromHalfOfTwentyOn(long failed, long ended, boolean high, long missing) {
    DeadLetters.Rate rate = new DeadLetters.Rate(failed, ended);
    assertThat(ErrorRate.isHigh(rate)).isEqualTo(high);
    assertThat(ErrorRate.failuresUntilHigh(rate)).isEqualTo(missing);
  }
}
