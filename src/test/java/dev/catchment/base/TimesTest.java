package dev.catchment.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TimesTest {
  @ParameterizedTest
  @CsvSource({
    "2026-03-01T09:30:00.000Z, 2026-03-01T09:30:00.000Z",
    "2026-03-01T09:30:00Z, 2026-03-01T09:30:00.000Z",
    "2026-03-01T09:30Z, 2026-03-01T09:30:00.000Z",
    "2026-03-01T09:30:00.123999Z, 2026-03-01T09:30:00.123Z",
    "2026-03-01T09:30:00+02:00, 2026-03-01T07:30:00.000Z",
    "2026-03-01T00:30:00-11:30, 2026-03-01T12:00:00.000Z",
    "2026-03-01t09:30:00z, 2026-03-01T09:30:00.000Z",
    "2026-03-01, 2026-03-01T00:00:00.000Z",
    "1969-12-31T23:59:59.999Z, 1969-12-31T23:59:59.999Z",
    "2024-02-29, 2024-02-29T00:00:00.000Z",
  })
  void anInstantIsReadAndWrittenInItsOneForm(String text, String written) {
    assertThat(Times.parse(text).map(Times::format)).contains(written);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "1772357400",
        "2026-03-01T09:30:00",
        "2026-02-30",
        "2025-02-29",
        "2026-13-01",
        "2026-03-01T24:30:00Z",
        "2026-03-01T09:30:00+19:00",
        "2026-3-1",
        "20260301",
        "2026-03-01 09:30:00Z",
        "+999999999-12-31T23:59:59Z+",
      })
  void anythingElseIsNoInstant(String text) {
    assertThat(Times.parse(text)).isEmpty();
  }

  @Test
  void timesSortAsTexts() {
    assertThat(Times.format(0)).isEqualTo("1970-01-01T00:00:00.000Z");
    assertThat(Times.format(-1)).isLessThan(Times.format(0));
    assertThat(Times.format(999)).isLessThan(Times.format(1_000));
  }
}
