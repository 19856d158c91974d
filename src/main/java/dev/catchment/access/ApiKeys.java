package dev.catchment.access;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.base.Secret;
import dev.catchment.base.Sha256;
import dev.catchment.db.Channel;
import dev.catchment.db.Tx;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The table of keys. Of a key's text only the SHA-256 is kept; every change tells {@link
 * Channel#ACCESS}.
 */
public final class ApiKeys {
  private static final int PREFIX_CHARS = 12;

  private final Ids ids;
  private final RandomGenerator random;

  /** Makes key texts from {@code random}, which must be cryptographically strong. */
  public ApiKeys(Ids ids, RandomGenerator random) {
    this.ids = ids;
    this.random = random;
  }

  /** What a key is to be; {@code envId} and {@code expiresAt} as in {@link ApiKey}. */
  private record Draft(
      String orgId,
      @Nullable String envId,
      ApiKey.Kind kind,
      String name,
      String scopes,
      @Nullable Long expiresAt) {}

  /**
   * Makes a gateway key: {@code hs_live_} and 64 hex digits for an environment with the slug {@code
   * production}, {@code hs_test_} and 64 hex digits for any other.
   *
   * @throws Failure {@code NOT_FOUND} when the environment is not the organization's
   */
  public NewApiKey create(Tx tx, Scope scope, String name, String scopes) {
    Environment environment = Environments.get(tx, scope.orgId(), scope.envId());
    String start = environment.slug().equals("production") ? "hs_live_" : "hs_test_";
    return insert(
        tx,
        new Draft(scope.orgId(), scope.envId(), ApiKey.Kind.GATEWAY, name, scopes, null),
        start + Hashes.randomHex(random));
  }

  /** Makes a gateway key of a text that was chosen by the operator. */
  NewApiKey createOf(Tx tx, Scope scope, String name, Secret text) {
    return insert(
        tx,
        new Draft(scope.orgId(), scope.envId(), ApiKey.Kind.GATEWAY, name, "*", null),
        text.reveal());
  }

  /**
   * Makes a feed key: {@code cfk_} and 64 hex digits.
   *
   * @param envId the only environment it opens, null for the whole organization
   * @param expiresAt when it ends, null for never
   * @throws Failure {@code NOT_FOUND} when the environment is not the organization's
   */
  public NewApiKey createForFeeds(
      Tx tx, String orgId, @Nullable String envId, String name, @Nullable Long expiresAt) {
    if (envId != null) {
      Environments.get(tx, orgId, envId);
    }
    return insert(
        tx,
        new Draft(orgId, envId, ApiKey.Kind.FEED, name, "feeds:read", expiresAt),
        "cfk_" + Hashes.randomHex(random));
  }

  private NewApiKey insert(Tx tx, Draft draft, String text) {
    String id = ids.next();
    // A short text chosen by an operator must not be shown whole by its prefix.
    String prefix = text.substring(0, Math.min(PREFIX_CHARS, text.length() / 2));
    tx.update(
        """
        INSERT INTO api_keys (id, org_id, env_id, kind, name, prefix, key_hash, scopes, expires_at,
                              created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        id,
        draft.orgId(),
        draft.envId(),
        draft.kind().word(),
        draft.name(),
        prefix,
        Sha256.hex(text),
        draft.scopes(),
        draft.expiresAt(),
        tx.now());
    tx.notify(Channel.ACCESS, id);
    return new NewApiKey(get(tx, draft.orgId(), draft.kind(), id), new Secret(text));
  }

  /**
   * Gives a feed key a new text; the old one works for {@code overlapMillis} more.
   *
   * @throws Failure {@code NOT_FOUND} when there is no such key that still works
   */
  public NewApiKey rotateForFeeds(Tx tx, String orgId, String id, long overlapMillis) {
    String text = "cfk_" + Hashes.randomHex(random);
    int rotated =
        tx.update(
            """
            UPDATE api_keys
               SET previous_hash = CASE WHEN ? > 0 THEN key_hash END,
                   previous_expires_at = CASE WHEN ? > 0 THEN ? END,
                   key_hash = ?, prefix = ?
             WHERE org_id = ? AND kind = 'feed' AND id = ? AND revoked_at IS NULL
            """,
            overlapMillis,
            overlapMillis,
            tx.now() + overlapMillis,
            Sha256.hex(text),
            text.substring(0, PREFIX_CHARS),
            orgId,
            id);
    if (rotated == 0) {
      throw notFound(ApiKey.Kind.FEED);
    }
    tx.notify(Channel.ACCESS, id);
    return new NewApiKey(get(tx, orgId, ApiKey.Kind.FEED, id), new Secret(text));
  }

  /**
   * Ends a key: at once on this node, as soon as they hear of it on the others. Ending an ended key
   * changes nothing.
   *
   * @throws Failure {@code NOT_FOUND} when the organization has no such key
   */
  public static void revoke(Tx tx, String orgId, ApiKey.Kind kind, String id) {
    get(tx, orgId, kind, id);
    tx.update(
        """
        UPDATE api_keys SET revoked_at = ?
         WHERE org_id = ? AND kind = ? AND id = ? AND revoked_at IS NULL
        """,
        tx.now(),
        orgId,
        kind.word(),
        id);
    tx.notify(Channel.ACCESS, id);
  }

  /** The key, ended or not; throws {@code NOT_FOUND} when the organization has none such. */
  public static ApiKey get(Tx tx, String orgId, ApiKey.Kind kind, String id) {
    return tx.find(
            "SELECT * FROM api_keys WHERE org_id = ? AND kind = ? AND id = ?",
            ApiKey::of,
            orgId,
            kind.word(),
            id)
        .orElseThrow(() -> notFound(kind));
  }

  /**
   * The organization's keys of a kind that are older than {@code beforeId}, newest first, ended
   * ones included.
   *
   * @param beforeId an id, or null to start at the newest
   */
  public static List<ApiKey> list(
      Tx tx, String orgId, ApiKey.Kind kind, @Nullable String beforeId, int limit) {
    return tx.list(
        """
        SELECT * FROM api_keys WHERE org_id = ? AND kind = ? AND id < ? ORDER BY id DESC LIMIT ?
        """,
        ApiKey::of,
        orgId,
        kind.word(),
        beforeId == null ? "~" : beforeId,
        limit);
  }

  /** The key of that text if it works now. */
  static Optional<WorkingKey> findWorking(Tx tx, String hash) {
    return tx.find(
        """
        SELECT k.*, o.disabled AS org_disabled, CASE WHEN k.key_hash = ? THEN 1 ELSE 0 END AS newest
          FROM api_keys k JOIN organizations o ON o.id = k.org_id
         WHERE (k.key_hash = ? OR (k.previous_hash = ? AND k.previous_expires_at > ?))
           AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?)
        """,
        row ->
            WorkingKey.of(ApiKey.of(row), row.flag("newest"), row.flag("org_disabled"), tx.now()),
        hash,
        hash,
        hash,
        tx.now(),
        tx.now());
  }

  /** Notes that a key was used, unless another node has noted it within {@code stepMillis}. */
  static int touch(Tx tx, String id, long usedAt, long stepMillis) {
    return tx.update(
        "UPDATE api_keys SET last_used_at = ? WHERE id = ? AND COALESCE(last_used_at, 0) <= ?",
        usedAt,
        id,
        usedAt - stepMillis);
  }

  private static Failure notFound(ApiKey.Kind kind) {
    return Failure.notFound(kind == ApiKey.Kind.FEED ? "Key" : "API key");
  }
}
