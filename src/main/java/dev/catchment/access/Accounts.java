package dev.catchment.access;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Secret;
import dev.catchment.db.Database;
import dev.catchment.db.DuplicateKey;
import dev.catchment.db.Tx;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** People signing up, in and out. Safe for use by several threads. */
public final class Accounts {
  static final int PASSWORD_CHARS_MIN = 12;
  static final int PASSWORD_CHARS_MAX = 200;

  /** RFC 5321, section 4.5.3.1.3, less the angle brackets. */
  private static final int EMAIL_CHARS_MAX = 254;

  private static final Pattern EMAIL =
      Pattern.compile("[^\\s@\\p{Cntrl}]+@[^\\s@.\\p{Cntrl}]+(\\.[^\\s@.\\p{Cntrl}]+)+");

  private final Database database;
  private final Ids ids;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final SessionCookie cookie;
  private final AccountSettings settings;
  private final Passwords passwords;
  private final SignInLimit limit;

  /** Makes tokens from {@code random}, which must be cryptographically strong. */
  public Accounts(
      Database database,
      Ids ids,
      InstantSource clock,
      RandomGenerator random,
      SessionCookie cookie,
      AccountSettings settings) {
    this.database = database;
    this.ids = ids;
    this.clock = clock;
    this.random = random;
    this.cookie = cookie;
    this.settings = settings;
    this.passwords = new Passwords(random);
    this.limit = new SignInLimit(clock);
  }

  /**
   * Makes an account and signs it in. The first becomes the owner of the organization {@code
   * default}, later ones become its members if sign-up is open.
   */
  public SignIn signUp(NewAccount account, Client client) {
    String email = normal(account.email());
    String password = account.password().reveal();
    if (!isEmail(email)) {
      return refused(SignIn.Refusal.INVALID_EMAIL);
    }
    if (length(password) < PASSWORD_CHARS_MIN) {
      return refused(SignIn.Refusal.PASSWORD_TOO_SHORT);
    }
    if (length(password) > PASSWORD_CHARS_MAX) {
      return refused(SignIn.Refusal.PASSWORD_TOO_LONG);
    }
    long wait = limit.attempt(client.address(), email);
    if (wait > 0) {
      return new SignIn.Refused(SignIn.Refusal.TOO_MANY_REQUESTS, wait);
    }
    // Asked first so that a closed door costs no hash, and again by the transaction.
    if (!settings.signUpOpen() && database.read(Users::isAny)) {
      return refused(SignIn.Refusal.EMAIL_PASSWORD_SIGN_UP_DISABLED);
    }
    String hash = passwords.hash(password);
    try {
      return database.write(tx -> join(tx, account, email, hash, client));
    } catch (DuplicateKey e) {
      return refused(SignIn.Refusal.USER_ALREADY_EXISTS);
    } catch (ClosedMeanwhile e) {
      return refused(SignIn.Refusal.EMAIL_PASSWORD_SIGN_UP_DISABLED);
    }
  }

  private SignIn join(Tx tx, NewAccount account, String email, String hash, Client client) {
    User user = Users.insert(tx, ids.next(), account.name(), email, hash);
    if (Users.join(tx, user.id()) != Role.OWNER && !settings.signUpOpen()) {
      throw new ClosedMeanwhile();
    }
    return done(tx, user, account.remembered(), client);
  }

  /** Undoes a sign-up that another one has overtaken. */
  private static final class ClosedMeanwhile extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClosedMeanwhile() {
      super("Sign-up has closed", null, false, false);
    }
  }

  /**
   * Signs a person in. An unknown e-mail and a wrong password are answered alike and take the same
   * time.
   *
   * @throws Failure {@code UNAVAILABLE} when too many others are signing in
   */
  public SignIn signIn(String email, Secret password, boolean remembered, Client client) {
    String normal = normal(email);
    if (!isEmail(normal)) {
      return refused(SignIn.Refusal.INVALID_EMAIL);
    }
    long wait = limit.attempt(client.address(), normal);
    if (wait > 0) {
      return new SignIn.Refused(SignIn.Refusal.TOO_MANY_REQUESTS, wait);
    }
    if (length(password.reveal()) > PASSWORD_CHARS_MAX) {
      return refused(SignIn.Refusal.INVALID_EMAIL_OR_PASSWORD);
    }
    Optional<Users.Login> login = database.read(tx -> Users.findLogin(tx, normal));
    if (login.isEmpty()) {
      passwords.matchNobody(password.reveal());
      return refused(SignIn.Refusal.INVALID_EMAIL_OR_PASSWORD);
    }
    if (!passwords.matches(password.reveal(), login.get().passwordHash())) {
      return refused(SignIn.Refusal.INVALID_EMAIL_OR_PASSWORD);
    }
    return database.write(tx -> done(tx, login.get().user(), remembered, client));
  }

  private SignIn done(Tx tx, User user, boolean remembered, Client client) {
    String token = Hashes.randomHex(random);
    Session session = Sessions.insert(tx, ids.next(), token, user.id(), remembered, client);
    return new SignIn.Done(user, session, token);
  }

  /** Ends the session of the cookies, if they hold one. */
  public void signOut(List<String> cookieHeaders) {
    cookie
        .token(cookieHeaders)
        .ifPresent(token -> database.write(tx -> Sessions.delete(tx, token)));
  }

  /** The session of the cookies, prolonged by its use; empty when they hold none that lives. */
  public Optional<SignIn.Done> session(List<String> cookieHeaders) {
    return cookie.token(cookieHeaders).flatMap(this::session);
  }

  private Optional<SignIn.Done> session(String token) {
    Optional<SignIn.Done> found = database.read(tx -> current(tx, token));
    if (found.isEmpty() || !Sessions.isToProlong(found.get().session(), clock.millis())) {
      return found;
    }
    return database.write(tx -> {
      Sessions.prolong(tx, found.get().session());
      return current(tx, token);
    });
  }

  private static Optional<SignIn.Done> current(Tx tx, String token) {
    return Sessions.find(tx, token)
        .flatMap(session ->
            Users.find(tx, session.userId()).map(user -> new SignIn.Done(user, session, token)));
  }

  private static String normal(String email) {
    return email.strip().toLowerCase(Locale.ROOT);
  }

  private static boolean isEmail(String email) {
    return email.length() <= EMAIL_CHARS_MAX && EMAIL.matcher(email).matches();
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  private static SignIn refused(SignIn.Refusal refusal) {
    return new SignIn.Refused(refusal, 0);
  }
}
