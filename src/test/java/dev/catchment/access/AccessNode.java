package dev.catchment.access;

import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.base.Secret;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The room {@code access} of one node, with a clock that only the test moves. */
final class AccessNode implements AutoCloseable {
  static final String PASSWORD = "correct horse battery";
  static final Client CLIENT = new Client("192.0.2.7", "Tests/1.0");

  final Clock clock;
  final Database database;
  final SessionCookie cookie =
      new SessionCookie(List.of(new Secret("a secret of this test")), false);
  final ApiKeys keys;
  final Ids ids;
  final Access access;
  final Accounts accounts;

  /** A clock that stands until it is moved. */
  static final class Clock implements InstantSource {
    private final AtomicLong millis = new AtomicLong(1_772_355_600_000L);

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis.get());
    }

    void pass(Duration time) {
      millis.addAndGet(time.toMillis());
    }
  }

  AccessNode(BothDatabases.Store store, String node, Clock clock, boolean signUpOpen) {
    SplittableRandom random = new SplittableRandom(node.hashCode());
    this.clock = clock;
    this.database = new OpenDatabase(clock, new Metrics()).open(store.settings(node));
    this.ids = new Ids(clock, random.split());
    this.keys = new ApiKeys(ids, random.split());
    this.access = new Access(database, clock, cookie);
    this.accounts =
        new Accounts(database, ids, clock, random.split(), cookie, new AccountSettings(signUpOpen));
  }

  /** A node on a store that has been started for the first time with the key {@code first-key}. */
  static AccessNode started(BothDatabases.Store store, boolean signUpOpen) {
    AccessNode node = new AccessNode(store, "a", new Clock(), signUpOpen);
    node.firstStart("first-key-of-this-test");
    return node;
  }

  FirstStart.Result firstStart(String key) {
    return new FirstStart(database, ids, new SplittableRandom(3))
        .run(new Secret(key), (tx, scope) -> {});
  }

  Scope production() {
    return environment("production").scope();
  }

  Environment environment(String slug) {
    return database.read(tx ->
        tx.find("SELECT * FROM environments WHERE slug = ?", Environment::of, slug).orElseThrow());
  }

  NewApiKey key(String scopes) {
    Scope scope = production();
    return database.write(tx -> keys.create(tx, scope, "k", scopes));
  }

  SignIn.Done signUp(String email) {
    return (SignIn.Done)
        accounts.signUp(new NewAccount("Ada", email, new Secret(PASSWORD), true), CLIENT);
  }

  /** What a browser sends after that sign-in. */
  List<String> cookies(SignIn.Done done) {
    return List.of("theme=dark; " + cookie.set(done.token(), true).split(";")[0]);
  }

  Authentication with(@Nullable String key, @Nullable String authorization, List<String> cookies) {
    return access.authenticate(new Credentials(key, authorization, cookies));
  }

  Authentication withKey(Secret key) {
    return with(key.reveal(), null, List.of());
  }

  long count(String table) {
    return database.read(tx -> tx.number("SELECT COUNT(*) AS n FROM " + table));
  }

  @Override
  public void close() {
    database.close();
  }
}
