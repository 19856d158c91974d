package dev.catchment.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PasswordsTest {
  private final Passwords passwords = new Passwords(new SplittableRandom(1));

  @Test
  void aHashMatchesItsPasswordAloneAndSaysHowItWasMade() {
    String hash = passwords.hash("correct horse battery");
    assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    assertThat(passwords.hash("correct horse battery")).isNotEqualTo(hash);
    assertThat(passwords.matches("correct horse battery", hash)).isTrue();
    assertThat(passwords.matches("correct horse batterz", hash)).isFalse();
    assertThat(passwords.matches("", hash)).isFalse();
  }

  /** From the tests of the reference implementation, phc-winner-argon2, {@code src/test.c}. */
  @Test
  void aHashOfTheReferenceImplementationMatches() {
    String hash =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
            + "$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assertThat(passwords.matches("password", hash)).isTrue();
  }

  @Test
  void nobodyIsMatchedAtTheSamePrice() {
    passwords.matchNobody("anything");
    assertThat(passwords.matches("anything", Passwords.NOBODY)).isFalse();
    assertThat(Passwords.NOBODY).startsWith("$argon2id$v=19$m=19456,t=2,p=1$").hasSize(97);
  }
}
