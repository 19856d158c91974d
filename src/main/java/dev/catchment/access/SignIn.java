package dev.catchment.access;

/** How an attempt to sign up or in has ended. */
public sealed interface SignIn {
  /**
   * A session was made.
   *
   * @param token goes to the person alone, in the cookie and the body; it is not stored
   */
  record Done(User user, Session session, String token) implements SignIn {}

  /**
   * No session was made.
   *
   * @param retryAfterMillis when to try again, 0 when waiting would not help
   */
  record Refused(Refusal refusal, long retryAfterMillis) implements SignIn {}

  /** Why there is no session, in the codes and sentences of Better Auth. */
  enum Refusal {
    INVALID_EMAIL("Invalid email"),
    PASSWORD_TOO_SHORT("Password too short"),
    PASSWORD_TOO_LONG("Password too long"),
    USER_ALREADY_EXISTS("User already exists"),
    EMAIL_PASSWORD_SIGN_UP_DISABLED("Email and password sign up is not enabled"),
    INVALID_EMAIL_OR_PASSWORD("Invalid email or password"),
    TOO_MANY_REQUESTS("Too many requests. Please try again later.");

    private final String message;

    Refusal(String message) {
      this.message = message;
    }

    public String message() {
      return message;
    }
  }
}
