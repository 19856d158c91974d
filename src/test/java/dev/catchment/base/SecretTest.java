package dev.catchment.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SecretTest {
  @ParameterizedTest
  @CsvSource({
    "'', ****",
    "hunter2, ****",
    "elevenchars, ****",
    "twelve-chars, ****hars",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, ****LaSw",
  })
  void aSecretShowsAtMostItsEnd(String text, String masked) {
    Secret secret = new Secret(text);
    assertThat(secret.masked()).isEqualTo(masked);
    assertThat(secret.reveal()).isEqualTo(text);
    assertThat(secret + " " + new Holder(secret)).doesNotContain(text.isEmpty() ? "\0" : text);
  }

  private record Holder(Secret secret) {}
}
