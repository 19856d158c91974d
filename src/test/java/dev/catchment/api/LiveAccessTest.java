package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.access.AccountSettings;
import dev.catchment.access.Accounts;
import dev.catchment.access.ApiKey;
import dev.catchment.access.ApiKeys;
import dev.catchment.access.Client;
import dev.catchment.access.NewAccount;
import dev.catchment.access.NewApiKey;
import dev.catchment.access.SessionCookie;
import dev.catchment.access.SignIn;
import dev.catchment.base.Secret;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.RawWebSocket;
import dev.catchment.testkit.SettableClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Who may follow what happens, and for how long. */
final class LiveAccessTest {
  /** How long a session lives after its last use. */
  private static final Duration LIFE = Duration.ofDays(7);

  private static NewApiKey key(ApiNode node, String scopes) {
    return node.database.write(tx -> node.keys.create(tx, node.scope, "k", scopes));
  }

  private static String header(NewApiKey key) {
    return "Authorization: Bearer " + key.text().reveal();
  }

  private static RawWebSocket open(ApiNode node, String... headers) throws IOException {
    return new RawWebSocket(node.server.port(), "/v1/ws", headers);
  }

  /** A connection that was let in. */
  private static RawWebSocket welcomed(ApiNode node, String header) throws IOException {
    RawWebSocket socket = open(node, header);
    assertThat(socket.next().text()).contains("welcome");
    return socket;
  }

  private static void revoke(ApiNode node, NewApiKey key) {
    node.database.write(tx -> {
      ApiKeys.revoke(tx, node.scope.orgId(), ApiKey.Kind.GATEWAY, key.key().id());
      return true;
    });
  }

  private static boolean hears(RawWebSocket socket) throws IOException {
    socket.text("{\"type\":\"ping\"}");
    return socket.next().text().contains("pong");
  }

  @BothDatabases
  void aRevokedKeyHearsNothingMore(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      NewApiKey revoked = key(node, "*");
      NewApiKey kept = key(node, "*");
      try (RawWebSocket socket = welcomed(node, header(revoked));
          RawWebSocket other = welcomed(node, header(kept))) {
        revoke(node, revoked);
        assertThat(socket.next().code()).isEqualTo(1008);
        assertThat(hears(other)).isTrue();
      }
    }
  }

  /** A clock that does something once requests have asked it for the time so often. */
  private static final class EventfulClock implements InstantSource {
    private final InstantSource time = InstantSource.system();
    private final AtomicInteger left = new AtomicInteger();
    private volatile Runnable event = () -> {};

    void at(int asked, Runnable next) {
      event = next;
      left.set(asked);
    }

    boolean isPending() {
      return left.get() > 0;
    }

    @Override
    public Instant instant() {
      // Requests run on virtual threads, and nothing else here does.
      if (Thread.currentThread().isVirtual() && left.decrementAndGet() == 0) {
        event.run();
      }
      return time.instant();
    }
  }

  @BothDatabases
  void aKeyRevokedAtAnyMomentOfItsOpeningHearsNothingMore(BothDatabases.Store store)
      throws Exception {
    EventfulClock clock = new EventfulClock();
    try (ApiNode node = new ApiNode(store, clock)) {
      // Whoever is woken comes as late as possible, and finds what the opening has noted.
      node.connections.wakes(() -> {});
      int moments = 0;
      while (isRevokedAt(moments + 1, node, clock)) {
        moments++;
      }
      assertThat(moments)
          .as("a request and its judging look at the key and then read its environment")
          .isGreaterThanOrEqualTo(5);
    }
  }

  /**
   * Opens a connection whose key is revoked once the time was asked for that often, and holds that
   * it is refused or closed; false when it was open before that.
   */
  private static boolean isRevokedAt(int moment, ApiNode node, EventfulClock clock)
      throws IOException {
    NewApiKey key = key(node, "*");
    clock.at(moment, () -> revoke(node, key));
    // The environment that is named is read, at a time, after the key and before its end is noted.
    try (RawWebSocket socket = open(node, header(key), "X-Env-Id: production")) {
      if (!socket.status.startsWith("HTTP/1.1 101")) {
        assertThat(socket.status).startsWith("HTTP/1.1 401");
        return true;
      }
      RawWebSocket.Frame frame = socket.next();
      if (clock.isPending()) {
        clock.at(0, () -> {});
        return false;
      }
      if (frame.opcode() == RawWebSocket.TEXT) {
        node.connections.judgeDue();
        frame = socket.next();
      }
      assertThat(frame.code()).as("revoked at moment %d", moment).isEqualTo(1008);
      return true;
    }
  }

  /** The header of a person who has just signed up and is at home in the first environment. */
  private static String signedIn(Accounts accounts) {
    SignIn.Done done =
        (SignIn.Done)
            accounts.signUp(
                new NewAccount("Ann", "ann@example.org", new Secret("correct horse"), true),
                new Client("127.0.0.1", null));
    return cookie().set(done.token(), true).replaceAll(";.*", "");
  }

  private static Accounts accounts(ApiNode node, SettableClock clock) {
    return new Accounts(
        node.database,
        node.ids,
        clock,
        new SplittableRandom(1),
        cookie(),
        new AccountSettings(true));
  }

  private static SessionCookie cookie() {
    return new SessionCookie(List.of(new Secret("secret")), false);
  }

  @BothDatabases
  void aSessionThatIsOverHearsNothingMore(BothDatabases.Store store) throws Exception {
    SettableClock clock = new SettableClock(1_800_000_000_000L);
    try (ApiNode node = new ApiNode(store, clock)) {
      String session = signedIn(accounts(node, clock));
      try (RawWebSocket socket = welcomed(node, "Cookie: " + session)) {
        clock.pass(LIFE.minusMillis(1));
        assertThat(node.connections.judgeDue())
            .as("being asked about is no use of the session")
            .hasValue(clock.millis() + 1);
        assertThat(hears(socket)).isTrue();

        clock.pass(Duration.ofMillis(1));
        assertThat(node.connections.judgeDue()).isEmpty();
        assertThat(socket.next().code()).isEqualTo(1008);
      }
    }
  }

  @BothDatabases
  void aSessionThatIsUsedMeanwhileHearsOn(BothDatabases.Store store) throws Exception {
    SettableClock clock = new SettableClock(1_800_000_000_000L);
    try (ApiNode node = new ApiNode(store, clock)) {
      Accounts accounts = accounts(node, clock);
      String session = signedIn(accounts);
      try (RawWebSocket socket = welcomed(node, "Cookie: " + session)) {
        clock.pass(Duration.ofDays(6));
        assertThat(accounts.session(List.of(session))).isPresent();
        clock.pass(Duration.ofDays(1));
        assertThat(node.connections.judgeDue())
            .hasValue(clock.millis() + Duration.ofDays(6).toMillis());
        assertThat(hears(socket)).isTrue();
      }
    }
  }

  @BothDatabases
  void whoSignsOutHearsNothingMore(BothDatabases.Store store) throws Exception {
    SettableClock clock = new SettableClock(1_800_000_000_000L);
    try (ApiNode node = new ApiNode(store, clock)) {
      String session = signedIn(accounts(node, clock));
      try (RawWebSocket socket = welcomed(node, "Cookie: " + session)) {
        accounts(node, clock).signOut(List.of(session));
        assertThat(socket.next().code()).isEqualTo(1008);
      }
    }
  }

  @BothDatabases
  void aKeyHearsOnlyWhatItMayRead(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      NewApiKey events = key(node, "events:read");
      Map<String, String> header = Map.of("X-API-Key", events.text().reveal());
      assertThat(node.send("GET", "/v1/events/stream?channels=deliveries", "", header).status())
          .isEqualTo(403);
      assertThat(node.send("HEAD", "/v1/events/stream", "", header).status()).isEqualTo(200);
      try (RawWebSocket refused = open(node, header(events));
          RawWebSocket narrow = open(node, header(key(node, "ws:read")))) {
        assertThat(refused.status).startsWith("HTTP/1.1 403");
        assertThat(narrow.status).startsWith("HTTP/1.1 101");
      }
    }
  }
}
