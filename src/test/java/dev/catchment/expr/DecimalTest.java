package dev.catchment.expr;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DecimalTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1.0, 0",
    "1, 1e0, 0",
    "10, 1E+1, 0",
    "0.1, 1e-1, 0",
    "100, 1.00e2, 0",
    "0, -0.000e5, 0",
    "0e999999999999, 0, 0",
    "-0, 0, 0",
    "1, 2, -1",
    "9, 10, -1",
    "-9, -10, 1",
    "-1, 1, -1",
    "-1, 0, -1",
    "0, 0.0000001, -1",
    "9007199254740993, 9007199254740992, 1",
    "0.1, 0.10000000000000000000000000000000001, -1",
    "123.456, 123.4560, 0",
    "1e999999999, 9e999999998, 1",
    "1e999999999999999999999, 1e999999999999999999998, 1",
    "1e-999999999999999999999, 0, 1",
    "-1e999999999999999999999, 0, -1",
    "1e2147483647, 10e2147483646, 0",
    "1e-2147483649, 1e-2147483650, 1"
  })
  void comparesExactly(String left, String right, int expected) {
    assertThat(Integer.signum(Decimal.of(left).compareTo(Decimal.of(right)))).isEqualTo(expected);
    assertThat(Integer.signum(Decimal.of(right).compareTo(Decimal.of(left)))).isEqualTo(-expected);
    assertThat(Decimal.of(left).equals(Decimal.of(right))).isEqualTo(expected == 0);
  }

  @Test
  void agreesWithBigDecimalOnOrdinaryNumbers() {
    Random random = new Random(20260301);
    for (int i = 0; i < 20_000; i++) {
      String left = number(random);
      String right = number(random);
      assertThat(Integer.signum(Decimal.of(left).compareTo(Decimal.of(right))))
          .describedAs("%s and %s", left, right)
          .isEqualTo(new BigDecimal(left).compareTo(new BigDecimal(right)));
    }
  }

  @Test
  void aHugeNumberCostsNoMoreThanItsCharacters() {
    String digits = "9".repeat(99_999);

    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          assertThat(Decimal.of(digits).compareTo(Decimal.of("1e999999999"))).isNegative();
          assertThat(Decimal.of("0." + digits).compareTo(Decimal.of("1"))).isNegative();
          assertThat(Decimal.of("1e" + digits).compareTo(Decimal.of(digits))).isPositive();
        });
  }

  private static String number(Random random) {
    StringBuilder text = new StringBuilder(random.nextBoolean() ? "-" : "");
    text.append(random.nextInt(random.nextBoolean() ? 3 : 2000));
    if (random.nextBoolean()) {
      text.append('.').append(random.nextInt(100)).append(random.nextBoolean() ? "0" : "");
    }
    if (random.nextInt(3) == 0) {
      text.append(random.nextBoolean() ? "e" : "E").append(random.nextInt(9) - 4);
    }
    return text.toString();
  }
}
