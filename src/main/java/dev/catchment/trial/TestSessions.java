package dev.catchment.trial;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Tx;
import dev.catchment.ingest.Source;
import dev.catchment.ingest.SourceRules;
import dev.catchment.ingest.Sources;
import dev.catchment.ingest.Terms;
import dev.catchment.json.Json;
import dev.catchment.log.EventLog;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Test sessions in the store. A session is an ephemeral source in an environment of its own, which
 * exists nowhere else: so no list, connection or collection of anybody can name it, until somebody
 * claims it.
 */
public final class TestSessions {
  /** How many requests one takes. */
  public static final int REQUESTS_MAX = 2_000;

  /** The largest body it takes, in bytes. */
  public static final int BODY_BYTES_MAX = 1 << 20;

  /**
   * Sessions that are kept at once, those that are over but can still be read included: strangers
   * must not fill the store. Nodes that open at the same moment may pass it by one each.
   */
  public static final int KEPT_MAX = 10_000;

  /** When to ask again: in the meantime some may have ended, or been claimed or deleted. */
  private static final long FULL_RETRY_SECONDS = 3_600;

  /** How long it takes requests. */
  static final long LIFE_MILLIS = Duration.ofDays(14).toMillis();

  /** For how much longer it can be read. */
  static final long READABLE_MILLIS = Duration.ofDays(1).toMillis();

  /** Stands for the organization of what belongs to nobody. */
  private static final String NOBODY = "0".repeat(32);

  private static final String MAX_BODY = "max_body_bytes";

  private final Ids ids;
  private final Sources sources;

  /**
   * @param ids not to be guessed: whoever knows an id may read and change the session
   */
  public TestSessions(Ids ids, Sources sources) {
    this.ids = ids;
    this.sources = sources;
  }

  /** The scope of a session that nobody has claimed. */
  public static Scope scope(String id) {
    return new Scope(NOBODY, id);
  }

  /**
   * Makes a session that begins now.
   *
   * @throws Failure {@code UNAVAILABLE} while there are too many
   */
  public TestSession create(Tx tx) {
    if (Terms.count(tx, KEPT_MAX) >= KEPT_MAX) {
      throw Failure.retryLater("Too many test sessions are open", FULL_RETRY_SECONDS);
    }
    String id = ids.next();
    Source source =
        sources.create(
            tx,
            new Source.Draft(
                id,
                scope(id),
                "Test session",
                slug(id),
                null,
                Source.HTTP,
                Json.object().put(MAX_BODY, BODY_BYTES_MAX).build(),
                SourceRules.NONE,
                Source.Status.ACTIVE,
                new Source.Term(tx.now() + LIFE_MILLIS, REQUESTS_MAX)));
    return new TestSession(source, 0, null, null);
  }

  /** The last digits of an id are its random ones. */
  private static String slug(String id) {
    return "session-" + id.substring(20);
  }

  /** The session of that id, while it can be read. */
  public Optional<TestSession> find(Tx tx, String id) {
    return sources
        .findEphemeral(tx, id)
        .map(source -> row(tx, source))
        .filter(session -> session.expiresAt() + READABLE_MILLIS > tx.now());
  }

  /** The same; throws {@code NOT_FOUND}. */
  public TestSession get(Tx tx, String id) {
    return find(tx, id).orElseThrow(() -> Failure.notFound("Session"));
  }

  private static TestSession row(Tx tx, Source source) {
    long taken = Terms.taken(tx, source.id());
    return tx.find(
            "SELECT last_status, last_error FROM test_forwards WHERE session_id = ?",
            row -> {
              Long status = row.findNumber("last_status");
              return new TestSession(
                  source, taken, status == null ? null : status.intValue(), row.find("last_error"));
            },
            source.id())
        .orElseGet(() -> new TestSession(source, taken, null, null));
  }

  /**
   * Changes how requests are answered.
   *
   * @param response whole; null for the usual way
   */
  public TestSession respond(Tx tx, TestSession session, Json.@Nullable Obj response) {
    return configured(tx, session, response, session.forwarding());
  }

  /** Changes where requests are forwarded to; what came of earlier ones is forgotten. */
  public TestSession forward(Tx tx, TestSession session, TestSession.Forwarding forwarding) {
    if (!forwarding.equals(session.forwarding())) {
      tx.update("DELETE FROM test_forwards WHERE session_id = ?", session.id());
    }
    return configured(tx, session, session.response(), forwarding);
  }

  private TestSession configured(
      Tx tx, TestSession session, Json.@Nullable Obj response, TestSession.Forwarding forwarding) {
    Json.ObjBuilder config = Json.object().put(MAX_BODY, BODY_BYTES_MAX);
    if (response != null) {
      config.put(TestSession.RESPONSE, response);
    }
    if (!forwarding.equals(TestSession.Forwarding.NONE)) {
      config.put(TestSession.FORWARDING, forwarding.json());
    }
    sources.configure(tx, session.source(), config.build());
    return get(tx, session.id());
  }

  /** Notes what came of the last forwarded request, while the session is there. */
  static int forwarded(Tx tx, String id, @Nullable Integer status, @Nullable String error) {
    return tx.update(
        """
        INSERT INTO test_forwards (session_id, last_status, last_error)
        SELECT source_id, ?, ? FROM source_terms WHERE source_id = ?
        ON CONFLICT (session_id) DO UPDATE SET last_status = excluded.last_status,
          last_error = excluded.last_error
        """,
        status == null ? null : (Long) status.longValue(),
        error,
        id);
  }

  /**
   * Makes a session an ordinary source with the same id and all its events. It goes on answering as
   * it did, but at once, and forwards nothing any more.
   *
   * @param name null for the usual one
   * @param slug null for one made of the id
   * @throws Failure {@code NOT_FOUND}, or {@code CONFLICT} for a taken slug
   */
  public Source claim(Tx tx, String id, Scope scope, @Nullable String name, @Nullable String slug) {
    TestSession session = get(tx, id);
    Source source =
        sources.adopt(
            tx,
            id,
            scope,
            name == null ? session.source().name() : name,
            slug == null ? session.source().slug() : slug,
            kept(session.response()));
    EventLog.move(tx, id, scope);
    TestNotes.deleteAll(tx, id);
    tx.update("DELETE FROM test_forwards WHERE session_id = ?", id);
    return source;
  }

  /** What an ordinary source has of the way in which a session answers. */
  private static Json.@Nullable Obj kept(Json.@Nullable Obj response) {
    if (response == null) {
      return null;
    }
    Json.ObjBuilder kept = Json.object();
    response
        .members()
        .forEach((name, value) -> {
          if (!name.equals(TestSession.DELAY)) {
            kept.put(name, value);
          }
        });
    return Json.object().put(TestSession.RESPONSE, kept.build()).build();
  }

  /** Ends a session for everybody: nobody can send to it or read it any more. */
  public void close(Tx tx, String id) {
    TestSession session = get(tx, id);
    Terms.end(tx, id, 0);
    sources.configure(tx, session.source(), Json.object().build());
  }

  /** Sessions that can be read no more, the first to end first. */
  public static List<String> over(Tx tx, int max) {
    return Terms.endedBefore(tx, tx.now() - READABLE_MILLIS, max);
  }

  /** Removes a session that is over, with everything but its events, which must be gone. */
  static void delete(Tx tx, String id) {
    TestNotes.deleteAll(tx, id);
    tx.update("DELETE FROM test_forwards WHERE session_id = ?", id);
    Sources.delete(tx, scope(id), id);
  }
}
