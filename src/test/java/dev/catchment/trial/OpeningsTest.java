package dev.catchment.trial;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class OpeningsTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long HOUR = 3_600_000;

  @Test
  void anAddressOpensTenInTheHourThatBeginsWithItsFirst() {
    Openings openings = new Openings();
    for (int i = 0; i < 10; i++) {
      assertThat(openings.take("a", NOW + i)).isEqualTo(new Openings.Left(true, 9 - i, 3_600));
    }
    assertThat(openings.take("a", NOW + HOUR - 1)).isEqualTo(new Openings.Left(false, 0, 1));
    assertThat(openings.take("b", NOW + HOUR - 1).allowed()).isTrue();
    assertThat(openings.take("a", NOW + HOUR)).isEqualTo(new Openings.Left(true, 9, 3_600));
  }

  @Test
  void aClockThatIsSetBackDoesNotLengthenTheHour() {
    Openings openings = new Openings();
    for (int i = 0; i < 10; i++) {
      assertThat(openings.take("a", NOW).allowed()).isTrue();
    }
    assertThat(openings.take("a", NOW - 24 * HOUR)).isEqualTo(new Openings.Left(true, 9, 3_600));
  }

  @Test
  void addressesBeyondThoseToldApartShareOneCount() {
    Openings openings = new Openings();
    for (int i = 0; i < Openings.ADDRESSES_MAX; i++) {
      assertThat(openings.take("address " + i, NOW).allowed()).isTrue();
    }
    int allowed = 0;
    for (int i = 0; i < 50; i++) {
      allowed += openings.take("one more " + i, NOW + 1).allowed() ? 1 : 0;
    }
    assertThat(allowed).isEqualTo(10);
    assertThat(openings.take("address 7", NOW + 1).remaining())
        .as("those that are known keep theirs")
        .isEqualTo(8);
    assertThat(openings.take("later", NOW + HOUR).remaining()).isEqualTo(9);
  }
}
