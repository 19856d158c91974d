package dev.catchment.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Secret;
import org.junit.jupiter.api.Test;

final class SessionCookieTest {
  /** HMAC-SHA256 of {@code token} under {@code secret}, computed with OpenSSL. */
  private static final String SIGNED = "token.6UERDj0r%2FoJiHw4%2BFDRzDXMF0QbF9oyHFl0LJ6RhGko%3D";

  @Test
  void theCookieIsTheTokenWithItsSignature() {
    SessionCookie cookie = new SessionCookie(new Secret("secret"), false);
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
    SessionCookie cookie = new SessionCookie(new Secret("secret"), true);
    assertThat(cookie.set("token", true))
        .isEqualTo(
            "__Secure-better-auth.session_token="
                + SIGNED
                + "; Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax");
  }
}
