package dev.catchment.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Secret;
import dev.catchment.testkit.BothDatabases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

final class AccountsTest {
  private static final Authentication NO_CREDENTIAL = new Authentication.Unknown(false);
  private static final Secret PASSWORD = new Secret(AccessNode.PASSWORD);

  @BothDatabases
  void theFirstAccountOwnsTheOrganizationAndClosesTheDoor(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      SignIn.Done ada = node.signUp(" Ada@Example.COM ");
      assertThat(ada.user().email()).isEqualTo("ada@example.com");
      assertThat(node.with(null, null, node.cookies(ada)).require().role()).isEqualTo(Role.OWNER);
      for (String email : List.of("bob@example.com", "ada@example.com")) {
        assertThat(signUp(node, email, AccessNode.PASSWORD))
            .isEqualTo(refused(SignIn.Refusal.EMAIL_PASSWORD_SIGN_UP_DISABLED));
      }
      assertThat(node.count("users")).isEqualTo(1);
    }
  }

  @BothDatabases
  void anOpenDoorMakesLaterAccountsMembers(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, true)) {
      node.signUp("ada@example.com");
      SignIn.Done bob = node.signUp("bob@example.com");
      assertThat(node.with(null, null, node.cookies(bob)).require().role()).isEqualTo(Role.MEMBER);
      assertThat(signUp(node, "BOB@example.com", AccessNode.PASSWORD))
          .isEqualTo(refused(SignIn.Refusal.USER_ALREADY_EXISTS));
    }
  }

  @BothDatabases
  void ofManyFirstSignUpsAtOnceExactlyOneBecomesTheOwner(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<SignIn>> attempts = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        String email = "u" + i + "@example.com";
        attempts.add(
            CompletableFuture.supplyAsync(() -> signUp(node, email, AccessNode.PASSWORD), threads));
      }
      List<SignIn> results = attempts.stream().map(CompletableFuture::join).toList();
      assertThat(results).filteredOn(SignIn.Done.class::isInstance).hasSize(1);
      assertThat(node.count("users")).isEqualTo(1);
      assertThat(node.count("members")).isEqualTo(1);
    }
  }

  @BothDatabases
  void whatCannotBeAnAccountIsRefused(BothDatabases.Store store) {
    Map<String, SignIn.Refusal> emails =
        Map.of(
            "",
            SignIn.Refusal.INVALID_EMAIL,
            "ada",
            SignIn.Refusal.INVALID_EMAIL,
            "ada@host",
            SignIn.Refusal.INVALID_EMAIL,
            "a b@example.com",
            SignIn.Refusal.INVALID_EMAIL,
            "a@b@example.com",
            SignIn.Refusal.INVALID_EMAIL,
            "a\u0000@example.com",
            SignIn.Refusal.INVALID_EMAIL,
            "@example.com",
            SignIn.Refusal.INVALID_EMAIL,
            "a".repeat(250) + "@x.org",
            SignIn.Refusal.INVALID_EMAIL);
    try (AccessNode node = AccessNode.started(store, true)) {
      emails.forEach((email, refusal) ->
          assertThat(signUp(node, email, AccessNode.PASSWORD)).isEqualTo(refused(refusal)));
      assertThat(signUp(node, "a@x.org", "x".repeat(11)))
          .isEqualTo(refused(SignIn.Refusal.PASSWORD_TOO_SHORT));
      assertThat(signUp(node, "a@x.org", "x".repeat(201)))
          .isEqualTo(refused(SignIn.Refusal.PASSWORD_TOO_LONG));
      assertThat(signUp(node, "a@x.org", "x".repeat(12))).isInstanceOf(SignIn.Done.class);
      assertThat(signUp(node, "b@x.org", "ü".repeat(200))).isInstanceOf(SignIn.Done.class);
    }
  }

  @BothDatabases
  void anUnknownEmailAndAWrongPasswordAreAnsweredAlike(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      SignIn.Done ada = node.signUp("ada@example.com");
      SignIn refused = refused(SignIn.Refusal.INVALID_EMAIL_OR_PASSWORD);
      assertThat(signIn(node, "ada@example.com", "wrong password")).isEqualTo(refused);
      assertThat(signIn(node, "nobody@example.com", AccessNode.PASSWORD)).isEqualTo(refused);
      assertThat(signIn(node, "ada@example.com", "x".repeat(100_000))).isEqualTo(refused);
      assertThat(signIn(node, "ada@example.com", "")).isEqualTo(refused);
      assertThat(signIn(node, "ADA@example.com", AccessNode.PASSWORD))
          .isInstanceOfSatisfying(
              SignIn.Done.class,
              done -> {
                assertThat(done.user()).isEqualTo(ada.user());
                assertThat(done.token()).isNotEqualTo(ada.token());
                assertThat(done.session().userAgent()).isEqualTo("Tests/1.0");
              });
    }
  }

  @BothDatabases
  void attemptsAreLimitedForEachAddressAndEmail(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      for (int i = 0; i < 20; i++) {
        assertThat(signIn(node, "ada@example.com", "x".repeat(300)))
            .isEqualTo(refused(SignIn.Refusal.INVALID_EMAIL_OR_PASSWORD));
      }
      assertThat(signIn(node, "ada@example.com", "x".repeat(300)))
          .isEqualTo(new SignIn.Refused(SignIn.Refusal.TOO_MANY_REQUESTS, 60_000));
      assertThat(signIn(node, "bob@example.com", "x".repeat(300)))
          .isEqualTo(refused(SignIn.Refusal.INVALID_EMAIL_OR_PASSWORD));
    }
  }

  @BothDatabases
  void aSessionLivesSevenDaysFromItsLastUse(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      List<String> cookies = node.cookies(node.signUp("ada@example.com"));
      for (int i = 0; i < 5; i++) {
        node.clock.pass(Duration.ofDays(6));
        assertThat(node.accounts.session(cookies))
            .get()
            .extracting(done -> done.session().expiresAt())
            .isEqualTo(node.clock.millis() + Duration.ofDays(7).toMillis());
      }
      node.clock.pass(Duration.ofDays(7));
      assertThat(node.accounts.session(cookies)).isEmpty();
      assertThat(node.with(null, null, cookies)).isEqualTo(NO_CREDENTIAL);
    }
  }

  @BothDatabases
  void aCallProlongsTheSessionToo(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      SignIn.Done ada = node.signUp("ada@example.com");
      node.clock.pass(Duration.ofHours(23));
      assertThat(node.with(null, null, node.cookies(ada))).isInstanceOf(Authentication.Known.class);
      assertThat(expiresAt(node)).isEqualTo(ada.session().expiresAt());
      node.clock.pass(Duration.ofHours(1));
      assertThat(node.with(null, null, node.cookies(ada))).isInstanceOf(Authentication.Known.class);
      assertThat(expiresAt(node)).isEqualTo(node.clock.millis() + Sessions.LIFE_MILLIS);
    }
  }

  private static long expiresAt(AccessNode node) {
    return node.database
        .submit(
            dev.catchment.db.Durability.DERIVED,
            tx -> tx.number("SELECT expires_at AS n FROM sessions"))
        .join();
  }

  @BothDatabases
  void signingOutEndsThatSessionAlone(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      List<String> first = node.cookies(node.signUp("ada@example.com"));
      List<String> second =
          node.cookies(
              (SignIn.Done)
                  node.accounts.signIn("ada@example.com", PASSWORD, true, AccessNode.CLIENT));
      node.accounts.signOut(first);
      node.accounts.signOut(List.of());
      node.accounts.signOut(List.of("better-auth.session_token=x.y"));
      assertThat(node.with(null, null, first)).isEqualTo(NO_CREDENTIAL);
      assertThat(node.with(null, null, second)).isInstanceOf(Authentication.Known.class);
    }
  }

  @BothDatabases
  void aTokenThatThisServerHasNotSignedIsNoSession(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      SignIn.Done ada = node.signUp("ada@example.com");
      String good = node.cookie.set(ada.token(), true).split(";")[0];
      String foreign =
          new SessionCookie(List.of(new Secret("another secret")), false)
              .set(ada.token(), true)
              .split(";")[0];
      String name = "better-auth.session_token=";
      List<String> forged =
          List.of(
              foreign,
              name + ada.token(),
              name + ada.token() + ".",
              name + "." + ada.token(),
              name,
              good.replaceFirst("=.", "=z"),
              good.substring(0, good.length() - 8),
              good + "A",
              "x" + good,
              name + "%ZZ%",
              name + "%2E%2e.%");
      for (String cookie : forged) {
        assertThat(node.with(null, null, List.of(cookie))).as(cookie).isEqualTo(NO_CREDENTIAL);
        assertThat(node.accounts.session(List.of(cookie))).isEmpty();
      }
      assertThat(forged).hasSize(11);
      for (List<String> cookies :
          List.of(
              List.of(good),
              List.of("a=1", good),
              List.of(foreign + "; " + good),
              List.of(" __Secure-" + good + " ;b"),
              List.of(java.net.URLDecoder.decode(good.replace("%2B", "+"), UTF_8)))) {
        assertThat(node.accounts.session(cookies)).as("%s", cookies).isPresent();
      }
    }
  }

  private static final java.nio.charset.Charset UTF_8 = java.nio.charset.StandardCharsets.UTF_8;

  @BothDatabases
  void onlyTheNewestHundredSessionsOfAPersonAreKept(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      SignIn.Done first = node.signUp("ada@example.com");
      node.database.write(tx -> {
        for (int i = 0; i < 105; i++) {
          Sessions.insert(tx, node.ids.next(), "t" + i, first.user().id(), true, AccessNode.CLIENT);
        }
        return 0;
      });
      assertThat(node.count("sessions")).isEqualTo(Sessions.PER_USER_MAX);
      assertThat(node.accounts.session(node.cookies(first))).isEqualTo(Optional.empty());
    }
  }

  private static SignIn signUp(AccessNode node, String email, String password) {
    return node.accounts.signUp(
        new NewAccount("Ada", email, new Secret(password), true), AccessNode.CLIENT);
  }

  private static SignIn signIn(AccessNode node, String email, String password) {
    return node.accounts.signIn(email, new Secret(password), true, AccessNode.CLIENT);
  }

  private static SignIn refused(SignIn.Refusal refusal) {
    return new SignIn.Refused(refusal, 0);
  }
}
