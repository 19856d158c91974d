package dev.catchment.base;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class Sha256Test {
  /** The first two are examples of NIST; the third has letters of two bytes. */
  @ParameterizedTest
  @CsvSource({
    "'', e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "abc, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "äöü, bc329dbfa029f66476cb633afcd3136c65c840d0003ef6479583c09e64e2c33e",
  })
  void aDigestIsThatOfTheBytesInUtf8(String text, String hex) {
    assertThat(Sha256.hex(text)).isEqualTo(hex).isEqualTo(Sha256.hex(text.getBytes(UTF_8)));
    assertThat(Sha256.of(text)).hasSize(32).isEqualTo(Sha256.of(text.getBytes(UTF_8)));
  }
}
