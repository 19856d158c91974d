package dev.catchment.access;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.db.Channel;
import dev.catchment.db.DuplicateKey;
import dev.catchment.db.Tx;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table of environments. */
public final class Environments {
  private final Ids ids;

  public Environments(Ids ids) {
    this.ids = ids;
  }

  /**
   * Makes an environment.
   *
   * @throws DuplicateKey when the organization has the slug already
   */
  public Environment create(Tx tx, String orgId, String name, String slug) {
    String id = ids.next();
    tx.update(
        "INSERT INTO environments (id, org_id, name, slug, created_at) VALUES (?, ?, ?, ?, ?)",
        id,
        orgId,
        name,
        slug,
        tx.now());
    return new Environment(id, orgId, name, slug, tx.now());
  }

  /**
   * Changes what is not null.
   *
   * @throws Failure {@code NOT_FOUND} when the organization has no such environment
   * @throws DuplicateKey when the organization has the slug already
   */
  public static Environment update(
      Tx tx, String orgId, String id, @Nullable String name, @Nullable String slug) {
    tx.update(
        """
        UPDATE environments SET name = COALESCE(?, name), slug = COALESCE(?, slug)
         WHERE org_id = ? AND id = ?
        """,
        name,
        slug,
        orgId,
        id);
    return get(tx, orgId, id);
  }

  /**
   * Removes an environment and ends its keys; what is inside is the caller's to remove first.
   *
   * @throws Failure {@code NOT_FOUND} when the organization has no such environment, {@code
   *     CONFLICT} when it has no other
   */
  public static void delete(Tx tx, String orgId, String id) {
    get(tx, orgId, id);
    Organizations.lock(tx, orgId);
    if (tx.number("SELECT COUNT(*) AS n FROM environments WHERE org_id = ?", orgId) < 2) {
      throw Failure.conflict("The last environment cannot be deleted");
    }
    tx.update("DELETE FROM environments WHERE org_id = ? AND id = ?", orgId, id);
    tx.update(
        "UPDATE api_keys SET revoked_at = ? WHERE org_id = ? AND env_id = ? AND revoked_at IS NULL",
        tx.now(),
        orgId,
        id);
    tx.notify(Channel.ACCESS);
  }

  /** The environment; throws {@code NOT_FOUND} when the organization has none such. */
  public static Environment get(Tx tx, String orgId, String id) {
    return tx.find(
            "SELECT * FROM environments WHERE org_id = ? AND id = ?", Environment::of, orgId, id)
        .orElseThrow(() -> Failure.notFound("Environment"));
  }

  /** The organization's environments after {@code afterId}, oldest first. */
  public static List<Environment> list(Tx tx, String orgId, String afterId, int limit) {
    return tx.list(
        "SELECT * FROM environments WHERE org_id = ? AND id > ? ORDER BY id LIMIT ?",
        Environment::of,
        orgId,
        afterId,
        limit);
  }

  /** The organization's environment of that id, in any form, or slug. */
  static Optional<Environment> find(Tx tx, String orgId, String idOrSlug) {
    return tx.find(
        """
        SELECT * FROM environments WHERE org_id = ? AND (id = ? OR slug = ?)
         ORDER BY CASE WHEN id = ? THEN 0 ELSE 1 END
        """,
        Environment::of,
        orgId,
        Ids.parse(idOrSlug).orElse(""),
        idOrSlug,
        Ids.parse(idOrSlug).orElse(""));
  }
}
