package dev.catchment.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Secret;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SessionCookieTest {
  /** HMAC-SHA256 of {@code token} under {@code secret}, computed with OpenSSL. */
  private static final String SIGNED = "token.6UERDj0r%2FoJiHw4%2BFDRzDXMF0QbF9oyHFl0LJ6RhGko%3D";

  @Test
  void theCookieIsTheTokenWithItsSignature() {
    SessionCookie cookie = new SessionCookie(List.of(new Secret("secret")), false);
    assertThat(cookie.set("token", true))
        .isEqualTo(
            "better-auth.session_token="
                + SIGNED
                + "; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax");
    assertThat(cookie.set("token", false))
        .isEqualTo("better-auth.session_token=" + SIGNED + "; Path=/; HttpOnly; SameSite=Lax");
    assertThat(cookie.clear())
        .isEqualTo("better-auth.session_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax");
  }

  @Test
  void onHttpsTheCookieIsSecure() {
    SessionCookie cookie = new SessionCookie(List.of(new Secret("secret")), true);
    assertThat(cookie.set("token", true))
        .isEqualTo(
            "__Secure-better-auth.session_token="
                + SIGNED
                + "; Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax");
  }

  @Test
  void theNewestKeySignsAndPreviousOnesAreStillBelieved() {
    Secret old = new Secret("secret");
    SessionCookie before = new SessionCookie(List.of(old), false);
    SessionCookie rotated = new SessionCookie(List.of(new Secret("new"), old), false);
    SessionCookie after = new SessionCookie(List.of(new Secret("new")), false);

    assertThat(rotated.token(cookie(before))).contains("token");
    assertThat(rotated.token(cookie(rotated))).contains("token");
    assertThat(after.token(cookie(rotated))).contains("token");
    assertThat(after.token(cookie(before))).isEmpty();
    assertThat(before.token(cookie(rotated))).isEmpty();
  }

  private static List<String> cookie(SessionCookie of) {
    String header = of.set("token", true);
    return List.of(header.substring(0, header.indexOf(';')));
  }
}
