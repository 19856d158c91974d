package dev.catchment.access;

import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.base.Secret;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/**
 * Gives an empty store its organization, its environment and its first key. Of several nodes that
 * start at once on one store exactly one does so. On a store that is not empty nothing is made, so
 * that a key that was revoked does not come back with the next start.
 */
public final class FirstStart {
  private final Database database;
  private final Ids ids;
  private final RandomGenerator random;

  /** Makes the key from {@code random}, which must be cryptographically strong. */
  public FirstStart(Database database, Ids ids, RandomGenerator random) {
    this.database = database;
    this.ids = ids;
    this.random = random;
  }

  /**
   * How the store was found.
   *
   * @param created whether this call filled it
   * @param key the text of the key {@code bootstrap}, known only to the call that made it; empty
   *     text otherwise
   */
  public record Result(boolean created, Secret key) {}

  /**
   * Fills the store when it is empty.
   *
   * @param more what else a new store begins with, made in the same transaction
   * @param configuredKey the setting {@code auth.bootstrap_api_key}; when empty, a key is generated
   */
  public Result run(Secret configuredKey, BiConsumer<Tx, Scope> more) {
    return database.write(tx -> fill(tx, configuredKey, more));
  }

  private Result fill(Tx tx, Secret configuredKey, BiConsumer<Tx, Scope> more) {
    String orgId = ids.next();
    // A second node waits here until the first has committed, and then makes nothing.
    int made =
        tx.update(
            """
            INSERT INTO organizations (id, name, slug, disabled, claimed, created_at)
            SELECT ?, 'Default', 'default', 0, 0, ?
             WHERE NOT EXISTS (SELECT 1 FROM organizations)
            ON CONFLICT (slug) DO NOTHING
            """,
            orgId,
            tx.now());
    if (made == 0) {
      return new Result(false, new Secret(""));
    }
    Scope scope = new Environments(ids).create(tx, orgId, "Production", "production").scope();
    ApiKeys keys = new ApiKeys(ids, random);
    NewApiKey key =
        configuredKey.reveal().isEmpty()
            ? keys.create(tx, scope, "bootstrap", "*")
            : keys.createOf(tx, scope, "bootstrap", configuredKey);
    more.accept(tx, scope);
    return new Result(true, key.text());
  }
}
