package dev.catchment.transform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class TextSearchTest {
  @Test
  void findsWhatThePlainSearchFinds() {
    RandomGenerator random = new SplittableRandom(7);
    int found = 0;
    for (int i = 0; i < 3_000; i++) {
      String text = letters(random, random.nextInt(0, 600));
      int start = random.nextInt(0, text.length() + 1);
      String token =
          random.nextBoolean()
              ? letters(random, random.nextInt(0, 120))
              : text.substring(start, random.nextInt(start, text.length() + 1));
      int from = random.nextInt(0, text.length() + 1);
      int expected = text.indexOf(token, from);
      assertThat(TextSearch.find(text, token, from)).isEqualTo(expected);
      found += expected >= 0 && token.length() > 64 ? 1 : 0;
    }
    assertThat(found).isGreaterThan(200);
  }

  /** Mostly the same letter, so that much fits nearly. */
  private static String letters(RandomGenerator random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(random.nextInt(40) == 0 ? 'b' : 'a');
    }
    return text.toString();
  }
}
