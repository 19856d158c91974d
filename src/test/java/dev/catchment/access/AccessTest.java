package dev.catchment.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.base.Secret;
import dev.catchment.base.Sha256;
import dev.catchment.testkit.BothDatabases;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

final class AccessTest {
  private static final List<String> NO_COOKIES = List.of();
  private static final Authentication NO_CREDENTIAL = new Authentication.Unknown(false);
  private static final Authentication NO_VALID_KEY = new Authentication.Unknown(true);

  @BothDatabases
  void aKeyIsTakenFromEachPlaceItMayComeIn(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      NewApiKey key = node.key("*");
      String text = key.text().reveal();
      Caller expected =
          new Caller(
              node.production(),
              new Caller.Via.Key(key.key().id(), ScopeWords.parse("*"), Long.MAX_VALUE),
              false);

      assertThat(node.with(text, null, NO_COOKIES).require()).isEqualTo(expected);
      for (String scheme : List.of("Bearer ", "bearer ", "BEARER  ", "bEaReR ")) {
        assertThat(node.with(null, scheme + text, NO_COOKIES).require()).isEqualTo(expected);
      }
      for (String name :
          List.of("better-auth.session_token", "__Secure-better-auth.session_token")) {
        Caller byCookie = node.with(null, null, List.of("a=b; " + name + "=" + text)).require();
        assertThat(byCookie.apiKeyId()).isEqualTo(key.key().id());
        assertThat(byCookie.byCookie()).isTrue();
      }
    }
  }

  @BothDatabases
  void whatIsNoCredentialIsToldApartFromAnInvalidKey(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      assertThat(node.with(null, null, NO_COOKIES)).isEqualTo(NO_CREDENTIAL);
      assertThat(node.with("  ", null, NO_COOKIES)).isEqualTo(NO_CREDENTIAL);
      assertThat(node.with(null, "Basic abc", NO_COOKIES)).isEqualTo(NO_CREDENTIAL);
      assertThat(node.with(null, "Bearer", NO_COOKIES)).isEqualTo(NO_CREDENTIAL);
      assertThat(node.with(null, null, List.of("better-auth.session_token=nonsense")))
          .isEqualTo(NO_CREDENTIAL);
      assertThat(node.with("x".repeat(5_000), null, NO_COOKIES)).isEqualTo(NO_VALID_KEY);
      assertThat(node.with(null, "Bearer hs_live_0", NO_COOKIES)).isEqualTo(NO_VALID_KEY);
      assertThat(node.with(null, null, List.of("better-auth.session_token=hs_live_0")))
          .isEqualTo(NO_VALID_KEY);
      assertThatThrownBy(() -> node.with("no", null, NO_COOKIES).require())
          .hasMessage("Invalid API key");
      assertThatThrownBy(() -> node.with(null, null, NO_COOKIES).require())
          .hasMessage("Unauthorized")
          .extracting(thrown -> ((Failure) thrown).code())
          .isEqualTo(Failure.Code.UNAUTHENTICATED);
    }
  }

  @BothDatabases
  void anInvalidKeyDoesNotEndTheSearchAndTheFirstValidOneDecides(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      SignIn.Done ada = node.signUp("ada@example.com");
      NewApiKey first = node.key("*");
      NewApiKey second = node.key("read");

      Caller session = node.with("hs_live_wrong", "Bearer wrong", node.cookies(ada)).require();
      assertThat(session.userId()).isEqualTo(ada.user().id());
      assertThat(session.role()).isEqualTo(Role.OWNER);
      Caller bearer =
          node.with("wrong", "Bearer " + second.text().reveal(), node.cookies(ada)).require();
      assertThat(bearer.apiKeyId()).isEqualTo(second.key().id());
      Caller header =
          node.with(first.text().reveal(), "Bearer " + second.text().reveal(), NO_COOKIES)
              .require();
      assertThat(header.apiKeyId()).isEqualTo(first.key().id());
    }
  }

  @BothDatabases
  void aRevokedKeyStopsAtOnce(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      NewApiKey key = node.key("*");
      NewApiKey other = node.key("*");
      assertThat(node.withKey(key.text())).isInstanceOf(Authentication.Known.class);
      ApiKey row = key.key();
      int revoked =
          node.database.write(tx -> {
            ApiKeys.revoke(tx, row.orgId(), ApiKey.Kind.GATEWAY, row.id());
            return 1;
          });
      assertThat(revoked).isEqualTo(1);
      assertThat(node.withKey(key.text())).isEqualTo(NO_VALID_KEY);
      assertThat(node.withKey(other.text())).isInstanceOf(Authentication.Known.class);
    }
  }

  @BothDatabases
  void aKeyRevokedOnAnotherNodeStopsWhenItIsTold(BothDatabases.Store store)
      throws InterruptedException {
    if (!store.isPostgres()) {
      return;
    }
    try (AccessNode here = AccessNode.started(store, false);
        AccessNode there = new AccessNode(store, "b", new AccessNode.Clock(), false)) {
      NewApiKey key = here.key("*");
      LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
      there.database.listen(dev.catchment.db.Channel.ACCESS, told::add);
      assertThat(there.withKey(key.text())).isInstanceOf(Authentication.Known.class);
      ApiKey row = key.key();
      assertThat(
              here.database.<Boolean>write(tx -> {
                ApiKeys.revoke(tx, row.orgId(), ApiKey.Kind.GATEWAY, row.id());
                return true;
              }))
          .isTrue();
      // The listener of the cache was there first, so it has been told by now.
      String subject = "";
      while (!subject.equals(row.id())) {
        subject = String.valueOf(told.poll(20, TimeUnit.SECONDS));
        assertThat(subject).as("a notice within 20 s").isNotEqualTo("null");
      }
      assertThat(there.withKey(key.text())).isEqualTo(NO_VALID_KEY);
    }
  }

  @BothDatabases
  void whatChangedUnnoticedIsSeenAfterAMinute(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      NewApiKey key = node.key("*");
      assertThat(node.withKey(key.text())).isInstanceOf(Authentication.Known.class);
      node.database.write(tx -> tx.update("DELETE FROM api_keys WHERE id = ?", key.key().id()));
      assertThat(node.withKey(key.text())).isInstanceOf(Authentication.Known.class);
      node.clock.pass(Duration.ofSeconds(60));
      assertThat(node.withKey(key.text())).isEqualTo(NO_VALID_KEY);
    }
  }

  @BothDatabases
  void theUseOfAKeyIsNotedOnceAMinute(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      NewApiKey key = node.key("*");
      long first = node.clock.millis();
      assertThat(key.key().lastUsedAt()).isNull();
      for (int i = 0; i < 5; i++) {
        assertThat(node.withKey(key.text())).isInstanceOf(Authentication.Known.class);
        node.clock.pass(Duration.ofSeconds(11));
      }
      assertThat(lastUsedAt(node, key)).isEqualTo(first);
      node.clock.pass(Duration.ofSeconds(5));
      assertThat(node.withKey(key.text())).isInstanceOf(Authentication.Known.class);
      assertThat(lastUsedAt(node, key)).isEqualTo(first + 60_000);
    }
  }

  private static long lastUsedAt(AccessNode node, NewApiKey key) {
    // Work is done in the order of submission, so what comes back was written after the note.
    return node.database
        .submit(
            dev.catchment.db.Durability.DERIVED,
            tx -> tx.number("SELECT last_used_at AS n FROM api_keys WHERE id = ?", key.key().id()))
        .join();
  }

  @BothDatabases
  void aKeyKeepsToItsOwnEnvironment(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      Environment staging = staging(node);
      Caller caller = node.withKey(node.key("*").text()).require();
      Scope own = caller.scope();

      assertThat(node.access.inEnvironment(caller, null, null)).isEqualTo(caller);
      assertThat(node.access.inEnvironment(caller, "org_" + own.orgId(), "env_" + own.envId()))
          .isEqualTo(caller);
      assertThat(node.access.inEnvironment(caller, null, "production")).isEqualTo(caller);
      for (String other : List.of(staging.id(), "staging", "nonsense", "", "%", "0".repeat(32))) {
        assertForbidden(() -> node.access.inEnvironment(caller, null, other));
        assertForbidden(() -> node.access.inEnvironment(caller, other, null));
      }
      assertForbidden(() -> node.access.moveTo(caller, "production"));
    }
  }

  @BothDatabases
  void aSessionMayNameAnyEnvironmentOfItsOrganization(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      Environment staging = staging(node);
      Environment foreign =
          node.database.write(tx -> {
            tx.update(
                """
                INSERT INTO organizations (id, name, slug, disabled, claimed, created_at)
                VALUES (?, 'Other', 'other', 0, 0, 0)
                """,
                "f".repeat(32));
            return new Environments(node.ids).create(tx, "f".repeat(32), "Foreign", "foreign");
          });
      List<String> cookies = node.cookies(node.signUp("ada@example.com"));
      Caller caller = node.with(null, null, cookies).require();

      assertThat(caller.scope()).isEqualTo(node.production());
      assertThat(node.access.inEnvironment(caller, null, "staging").scope())
          .isEqualTo(staging.scope());
      assertThat(node.access.inEnvironment(caller, null, "env_" + staging.id()).scope())
          .isEqualTo(staging.scope());
      for (String other : List.of(foreign.id(), "foreign", "nonsense")) {
        assertThatThrownBy(() -> node.access.inEnvironment(caller, null, other))
            .hasMessage("Environment not found");
      }
      assertForbidden(() -> node.access.inEnvironment(caller, foreign.orgId(), foreign.id()));

      assertThat(node.access.moveTo(caller, "staging").scope()).isEqualTo(staging.scope());
      assertThat(node.with(null, null, cookies).require().scope()).isEqualTo(staging.scope());
      node.database.write(tx -> {
        Environments.delete(tx, staging.orgId(), staging.id());
        return 0;
      });
      assertThat(node.with(null, null, cookies).require().scope()).isEqualTo(node.production());
    }
  }

  @BothDatabases
  void aDisabledOrganizationLetsNobodyIn(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      List<String> cookies = node.cookies(node.signUp("ada@example.com"));
      NewApiKey key = node.key("*");
      assertThat(node.withKey(key.text())).isInstanceOf(Authentication.Known.class);
      node.database.write(tx -> {
        tx.notify(dev.catchment.db.Channel.ACCESS);
        return tx.update("UPDATE organizations SET disabled = 1");
      });
      assertThat(node.withKey(key.text())).isEqualTo(new Authentication.Disabled());
      assertForbidden(() -> node.with(null, null, cookies).require());
      assertThat(node.access.feedCaller(List.of(key.text().reveal())))
          .isEqualTo(new FeedAccess.Forbidden());
    }
  }

  @BothDatabases
  void feedsOpenToFittingKeysAlone(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      Scope scope = node.production();
      NewApiKey whole =
          node.database.write(tx -> node.keys.createForFeeds(tx, scope.orgId(), null, "f", null));
      NewApiKey fitting = node.key("sources:write, feeds:moderate");
      String unfitting = node.key("sources:read").text().reveal();
      String text = whole.text().reveal();
      FeedAccess granted =
          new FeedAccess.Granted(new FeedCaller(scope.orgId(), null, whole.key().id()));

      assertThat(text).matches("cfk_[0-9a-f]{64}");
      assertThat(node.access.feedCaller(List.of(text))).isEqualTo(granted);
      assertThat(node.access.feedCaller(List.of(text, " " + text, ""))).isEqualTo(granted);
      assertThat(node.access.feedCaller(List.of(fitting.text().reveal())))
          .isEqualTo(
              new FeedAccess.Granted(
                  new FeedCaller(scope.orgId(), scope.envId(), fitting.key().id())));
      assertThat(node.access.feedCaller(List.of(unfitting))).isEqualTo(new FeedAccess.Forbidden());
      assertThat(node.access.feedCaller(List.of())).isEqualTo(new FeedAccess.Missing());
      assertThat(node.access.feedCaller(List.of("", " "))).isEqualTo(new FeedAccess.Missing());
      assertThat(node.access.feedCaller(List.of(text, unfitting)))
          .isEqualTo(new FeedAccess.Invalid());
      assertThat(node.access.feedCaller(List.of("cfk_0"))).isEqualTo(new FeedAccess.Invalid());
      assertThat(node.withKey(whole.text())).isEqualTo(NO_VALID_KEY);
    }
  }

  @BothDatabases
  void aFeedKeyEndsWhenItExpiresAndItsOldTextWhenTheOverlapIsOver(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      String orgId = node.production().orgId();
      long end = node.clock.millis() + 50_000;
      NewApiKey old =
          node.database.write(tx -> node.keys.createForFeeds(tx, orgId, null, "f", end));
      List<String> oldText = List.of(old.text().reveal());
      assertThat(node.access.feedCaller(oldText)).isInstanceOf(FeedAccess.Granted.class);
      NewApiKey rotated =
          node.database.write(tx -> node.keys.rotateForFeeds(tx, orgId, old.key().id(), 20_000));
      List<String> newText = List.of(rotated.text().reveal());

      assertThat(node.access.feedCaller(oldText)).isInstanceOf(FeedAccess.Granted.class);
      assertThat(node.access.feedCaller(newText)).isInstanceOf(FeedAccess.Granted.class);
      node.clock.pass(Duration.ofSeconds(20));
      assertThat(node.access.feedCaller(oldText)).isEqualTo(new FeedAccess.Invalid());
      assertThat(node.access.feedCaller(newText)).isInstanceOf(FeedAccess.Granted.class);
      node.clock.pass(Duration.ofSeconds(30));
      assertThat(node.access.feedCaller(newText)).isEqualTo(new FeedAccess.Invalid());
    }
  }

  @BothDatabases
  void theStoreHoldsNoTextOfAKeyOrToken(BothDatabases.Store store) {
    try (AccessNode node = AccessNode.started(store, false)) {
      NewApiKey key = node.key("*");
      SignIn.Done ada = node.signUp("ada@example.com");
      List<String> held =
          node.database.read(tx ->
              tx.list(
                  """
                  SELECT key_hash AS text FROM api_keys UNION ALL
                  SELECT token_hash FROM sessions UNION ALL
                  SELECT password_hash FROM users
                  """,
                  row -> row.string("text")));
      assertThat(held).hasSize(4);
      for (Secret secret :
          List.of(key.text(), new Secret(ada.token()), new Secret(AccessNode.PASSWORD))) {
        assertThat(held).noneMatch(text -> text.contains(secret.reveal()));
      }
      assertThat(held).contains(Sha256.hex(key.text().reveal()));
      assertThat(key.toString()).doesNotContain(key.text().reveal());
    }
  }

  private static Environment staging(AccessNode node) {
    String orgId = node.production().orgId();
    return node.database.write(
        tx -> new Environments(node.ids).create(tx, orgId, "Staging", "staging"));
  }

  private static void assertForbidden(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .hasMessage("Forbidden")
        .extracting(thrown -> ((Failure) thrown).code())
        .isEqualTo(Failure.Code.FORBIDDEN);
  }
}
