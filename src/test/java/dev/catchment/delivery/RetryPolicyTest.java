package dev.catchment.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.delivery.RetryPolicy.Decision;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RetryPolicyTest {
  /** Sunday, 06 Nov 1994 08:49:37 GMT. */
  private static final long NOW = 784_111_777_000L;

  private static final long DAY_SECONDS = 86_400;
  private static final List<Integer> INTERVALS = List.of(30, 300, 1_800);

  @ParameterizedTest
  @CsvSource({
    "exponential, 1, 30",
    "exponential, 2, 300",
    "exponential, 3, 1800",
    "exponential, 4, 1800",
    "exponential, 9, 1800",
    "linear, 1, 30",
    "linear, 2, 60",
    "linear, 9, 270",
    "fixed, 1, 30",
    "fixed, 9, 30"
  })
  void theDelayFollowsTheSchedule(String backoff, int attempt, long seconds) {
    RetrySpec spec = spec(RetrySpec.Backoff.valueOf(backoff.toUpperCase(Locale.ROOT)));
    assertThat(RetryPolicy.decide(spec, attempt, answer(500), NOW, 0.5))
        .isEqualTo(new Decision.Again(NOW + seconds * 1_000));
  }

  @Test
  void theStandardScheduleIsFiveAttemptsOverTwoAndAHalfHours() {
    RetrySpec spec = RetrySpec.standard();
    assertThat(List.of(1, 2, 3, 4))
        .extracting(attempt -> RetryPolicy.decide(spec, attempt, answer(500), NOW, 0))
        .containsExactly(
            new Decision.Again(NOW + 30_000),
            new Decision.Again(NOW + 300_000),
            new Decision.Again(NOW + 1_800_000),
            new Decision.Again(NOW + 7_200_000));
    assertThat(RetryPolicy.decide(spec, 5, answer(500), NOW, 0))
        .isEqualTo(new Decision.GivenUp(false));
  }

  @Test
  void theLongestLinearDelayDoesNotOverflow() {
    RetrySpec spec = new RetrySpec(true, 10, RetrySpec.Backoff.LINEAR, List.of(604_800), false);
    assertThat(RetryPolicy.decide(spec, 9, answer(500), NOW, 0))
        .isEqualTo(new Decision.Again(NOW + 9 * 604_800_000L));
  }

  @ParameterizedTest
  @CsvSource({"0.0, 100000", "0.5, 105000", "0.999999, 109999"})
  void jitterStretchesByUpToATenth(double random, long millis) {
    RetrySpec spec = new RetrySpec(true, 3, RetrySpec.Backoff.FIXED, List.of(100), true);
    assertThat(RetryPolicy.decide(spec, 1, answer(500), NOW, random))
        .isEqualTo(new Decision.Again(NOW + millis));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 204, 299})
  void every2xxIsASuccess(int status) {
    assertThat(RetryPolicy.decide(spec(RetrySpec.Backoff.FIXED), 1, answer(status), NOW, 0))
        .isEqualTo(new Decision.Done());
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 199, 300, 301, 308, 400, 404, 409, 411, 429, 500, 503, 599, 999})
  void everyOtherStatusIsTriedAgain(int status) {
    assertThat(RetryPolicy.decide(spec(RetrySpec.Backoff.FIXED), 1, answer(status), NOW, 0))
        .isEqualTo(new Decision.Again(NOW + 30_000));
  }

  @ParameterizedTest
  @EnumSource(value = SendResult.Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "TRANSFORM")
  void noAnswerIsTriedAgainWhateverTheReason(SendResult.Kind kind) {
    SendResult result = new SendResult.Unanswered(kind, "no", 5);
    assertThat(RetryPolicy.decide(spec(RetrySpec.Backoff.FIXED), 1, result, NOW, 0))
        .isEqualTo(new Decision.Again(NOW + 30_000));
    assertThat(RetryPolicy.decide(spec(RetrySpec.Backoff.FIXED), 10, result, NOW, 0))
        .isEqualTo(new Decision.GivenUp(false));
  }

  @Test
  void aTransformThatMadeNoBodyIsNotTriedAgain() {
    SendResult result = new SendResult.Unanswered(SendResult.Kind.TRANSFORM, "no", 0);
    assertThat(RetryPolicy.decide(spec(RetrySpec.Backoff.FIXED), 1, result, NOW, 0))
        .isEqualTo(new Decision.GivenUp(false));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, true", "2, 1, false", "10, 9, false", "10, 10, true", "10, 11, true"})
  void itGivesUpAfterTheLastAttempt(int attemptsMax, int attempt, boolean givesUp) {
    RetrySpec spec = new RetrySpec(true, attemptsMax, RetrySpec.Backoff.FIXED, INTERVALS, false);
    assertThat(RetryPolicy.decide(spec, attempt, answer(500), NOW, 0))
        .isEqualTo(givesUp ? new Decision.GivenUp(false) : new Decision.Again(NOW + 30_000));
  }

  @Test
  void withoutRetriesTheFirstFailureIsTheLastEvenWhenTheReceiverAsksForAnother() {
    RetrySpec spec = new RetrySpec(false, 5, RetrySpec.Backoff.FIXED, INTERVALS, false);
    assertThat(RetryPolicy.decide(spec, 1, answer(503, "1"), NOW, 0))
        .isEqualTo(new Decision.GivenUp(false));
    assertThat(RetryPolicy.decide(spec, 1, answer(200), NOW, 0)).isEqualTo(new Decision.Done());
  }

  @Test
  void aReceiverThatIsGoneIsGivenUpAtOnce() {
    assertThat(RetryPolicy.decide(spec(RetrySpec.Backoff.FIXED), 1, answer(410, "60"), NOW, 0))
        .isEqualTo(new Decision.GivenUp(true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // later than the schedule
        "31 | 31",
        "120 | 120",
        "' 120 ' | 120",
        "0120 | 120",
        "Sun, 06 Nov 1994 08:50:37 GMT | 60",
        // earlier than the schedule, or past
        "0 | 30",
        "29 | 30",
        "Sun, 06 Nov 1994 08:49:50 GMT | 30",
        "Sun, 06 Nov 1994 08:49:37 GMT | 30",
        "Sat, 01 Jan 1994 00:00:00 GMT | 30",
        // beyond the cap
        "86400 | 86400",
        "86401 | 86400",
        "9999999999 | 86400",
        "99999999999999999999999999 | 86400",
        "Wed, 06 Nov 2030 08:49:37 GMT | 86400",
        // garbage
        "'' | 30",
        "-5 | 30",
        "+120 | 30",
        "1.5 | 30",
        "120s | 30",
        "soon | 30",
        "120, 240 | 30",
        "٣٣٣ | 30",
        "Mon, 06 Nov 1994 08:50:37 GMT | 30",
        "Sun, 66 Nov 1994 08:50:37 GMT | 30"
      })
  void retryAfterIsObeyedUpToADayWhenItIsLaterThanTheSchedule(String value, long seconds) {
    assertThat(seconds).isLessThanOrEqualTo(DAY_SECONDS);
    for (int status : List.of(429, 503)) {
      assertThat(
              RetryPolicy.decide(spec(RetrySpec.Backoff.FIXED), 1, answer(status, value), NOW, 0))
          .isEqualTo(new Decision.Again(NOW + seconds * 1_000));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 404, 500, 502})
  void otherStatusesCannotAskForALaterTime(int status) {
    assertThat(RetryPolicy.decide(spec(RetrySpec.Backoff.FIXED), 1, answer(status, "600"), NOW, 0))
        .isEqualTo(new Decision.Again(NOW + 30_000));
  }

  private static RetrySpec spec(RetrySpec.Backoff backoff) {
    return new RetrySpec(true, 10, backoff, INTERVALS, false);
  }

  private static SendResult answer(int status) {
    return new SendResult.Answered(status, Map.of(), new byte[0], false, 5);
  }

  private static SendResult answer(int status, String retryAfter) {
    return new SendResult.Answered(
        status, Map.of("retry-after", retryAfter), new byte[0], false, 5);
  }
}
