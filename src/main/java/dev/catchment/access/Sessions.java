package dev.catchment.access;

import dev.catchment.base.Scope;
import dev.catchment.base.Sha256;
import dev.catchment.db.Channel;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import java.time.Duration;
import java.util.Optional;

/** The table of sessions, found by the SHA-256 of their tokens. */
final class Sessions {
  /** How long a session lives after its last use. */
  static final long LIFE_MILLIS = Duration.ofDays(7).toMillis();

  /** A session is prolonged at most this often. */
  static final long PROLONG_STEP_MILLIS = Duration.ofDays(1).toMillis();

  /** Of one person's sessions the newest so many are kept. */
  static final int PER_USER_MAX = 100;

  private static final int USER_AGENT_CHARS_MAX = 512;

  private Sessions() {}

  /** A session with the environment it acts in and the person's role there. */
  record Seat(Session session, Scope scope, Role role, boolean orgDisabled) {}

  static Session insert(
      Tx tx, String id, String token, String userId, boolean remembered, Client client) {
    String agent = client.userAgent();
    Session session =
        new Session(
            id,
            userId,
            remembered,
            tx.now() + LIFE_MILLIS,
            tx.now(),
            tx.now(),
            client.address(),
            agent == null
                ? null
                : agent.substring(0, Math.min(agent.length(), USER_AGENT_CHARS_MAX)));
    tx.update("DELETE FROM sessions WHERE user_id = ? AND expires_at <= ?", userId, tx.now());
    int ended =
        tx.update(
            """
            DELETE FROM sessions WHERE user_id = ? AND id NOT IN (
              SELECT id FROM sessions WHERE user_id = ? ORDER BY id DESC LIMIT ?)
            """,
            userId,
            userId,
            PER_USER_MAX - 1);
    if (ended > 0) {
      tx.notify(Channel.ACCESS);
    }
    tx.update(
        """
        INSERT INTO sessions (id, token_hash, user_id, remembered, expires_at, created_at,
                              updated_at, ip_address, user_agent)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        id,
        Sha256.hex(token),
        userId,
        remembered,
        session.expiresAt(),
        session.createdAt(),
        session.updatedAt(),
        session.ipAddress(),
        session.userAgent());
    return session;
  }

  static Optional<Session> find(Tx tx, String token) {
    return tx.find(
        "SELECT * FROM sessions WHERE token_hash = ? AND expires_at > ?",
        Session::of,
        Sha256.hex(token),
        tx.now());
  }

  /**
   * The session with its present environment. When it has chosen none, or the chosen one is gone,
   * that is the oldest of those the person may see.
   */
  static Optional<Seat> findSeat(Tx tx, String token) {
    return tx.find(
        """
        SELECT s.*, e.id AS seat_env_id, e.org_id AS seat_org_id, m.role, o.disabled
          FROM sessions s
          JOIN members m ON m.user_id = s.user_id
          JOIN organizations o ON o.id = m.org_id
          JOIN environments e ON e.org_id = m.org_id
         WHERE s.token_hash = ? AND s.expires_at > ?
         ORDER BY CASE WHEN e.id = s.env_id THEN 0 ELSE 1 END, e.id
         LIMIT 1
        """,
        Sessions::seat,
        Sha256.hex(token),
        tx.now());
  }

  private static Seat seat(Row row) {
    return new Seat(
        Session.of(row),
        new Scope(row.string("seat_org_id"), row.string("seat_env_id")),
        Role.of(row.string("role")).orElse(Role.VIEWER),
        row.flag("disabled"));
  }

  static boolean isToProlong(Session session, long now) {
    return session.expiresAt() - LIFE_MILLIS + PROLONG_STEP_MILLIS <= now;
  }

  /** Counts the session's life from now, unless that was done since it was read. */
  static int prolong(Tx tx, Session session) {
    return tx.update(
        "UPDATE sessions SET expires_at = ?, updated_at = ? WHERE id = ? AND expires_at = ?",
        tx.now() + LIFE_MILLIS,
        tx.now(),
        session.id(),
        session.expiresAt());
  }

  static int setEnvironment(Tx tx, String id, String envId) {
    return tx.update("UPDATE sessions SET env_id = ? WHERE id = ?", envId, id);
  }

  static int delete(Tx tx, String token) {
    tx.notify(Channel.ACCESS);
    return tx.update("DELETE FROM sessions WHERE token_hash = ?", Sha256.hex(token));
  }
}
