package dev.catchment.access;

import dev.catchment.db.Tx;
import java.util.Optional;

/** The table of people, and of what they are in which organization. */
final class Users {
  private Users() {}

  /** A person and what their password is checked against. */
  record Login(User user, String passwordHash) {}

  /** Adds a person; throws {@code DuplicateKey} when the e-mail is taken. */
  static User insert(Tx tx, String id, String name, String email, String passwordHash) {
    tx.update(
        """
        INSERT INTO users (id, name, email, email_verified, password_hash, created_at, updated_at)
        VALUES (?, ?, ?, 0, ?, ?, ?)
        """,
        id,
        name,
        email,
        passwordHash,
        tx.now(),
        tx.now());
    return new User(id, name, email, false, null, tx.now(), tx.now());
  }

  static Optional<Login> findLogin(Tx tx, String email) {
    return tx.find(
        "SELECT * FROM users WHERE email = ?",
        row -> new Login(User.of(row), row.string("password_hash")),
        email);
  }

  static Optional<User> find(Tx tx, String id) {
    return tx.find("SELECT * FROM users WHERE id = ?", User::of, id);
  }

  static boolean isAny(Tx tx) {
    return tx.number("SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM users LIMIT 1) AS found") > 0;
  }

  /**
   * Makes the person a member of the organization {@code default}: its owner if it has never had
   * one. Two first people at once get one owner: the row of the organization decides.
   */
  static Role join(Tx tx, String userId) {
    int claimed =
        tx.update("UPDATE organizations SET claimed = 1 WHERE slug = 'default' AND claimed = 0");
    Role role = claimed == 1 ? Role.OWNER : Role.MEMBER;
    tx.update(
        """
        INSERT INTO members (user_id, org_id, role, created_at)
        SELECT ?, id, ?, ? FROM organizations WHERE slug = 'default'
        """,
        userId,
        role.word(),
        tx.now());
    return role;
  }
}
