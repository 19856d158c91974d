package dev.catchment.delivery;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.DuplicateKey;
import dev.catchment.db.Tx;
import dev.catchment.log.Cursors;
import dev.catchment.vault.SealedColumn;
import dev.catchment.vault.Vault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table of destinations. What may hold a secret is sealed in its row; a {@link Destination} is
 * open, so whoever keeps one pays for the opening once.
 *
 * <p>URLs are not sealed: those that hold user information are refused before they come here.
 */
public final class Destinations {
  /** The cursor of the reader that owes deliveries; it starts over when a destination changes. */
  public static final String ROUTING_READER = "routing";

  /** The columns that hold sealed texts. */
  public static final List<SealedColumn> SEALED = DestinationRows.SEALED;

  private static final String SELECT =
      """
      SELECT d.*, CASE WHEN c.state IS NULL OR c.state = 'closed' THEN 0 ELSE 1 END AS circuit_open
        FROM destinations d LEFT JOIN circuits c ON c.destination_id = d.id
      """;

  private final DestinationRows rows;

  /** The table, its secrets sealed by that vault. */
  public Destinations(Vault vault) {
    this.rows = new DestinationRows(vault);
  }

  /** Stores a new destination; throws {@code CONFLICT} when the slug is taken. */
  public void insert(Tx tx, Destination destination) {
    List<@Nullable Object> args = new ArrayList<>();
    args.add(destination.id());
    args.add(destination.identity().scope().orgId());
    args.add(destination.identity().scope().envId());
    args.add(destination.identity().slug());
    args.add(destination.target().kind());
    args.addAll(rows.changeable(destination, Map.of()));
    args.add(tx.now());
    args.add(tx.now());
    try {
      tx.update(
          """
          INSERT INTO destinations (id, org_id, env_id, slug, kind, name, url, method, headers,
            timeout_ms, auth_type, auth_config, provider_config, signing_config, retry_enabled,
            retry_max_attempts, retry_backoff_type, retry_intervals, retry_jitter,
            circuit_breaker_enabled, circuit_breaker_threshold, circuit_breaker_reset_ms, status,
            max_in_flight, rate_limit_per_second, ordered, order_key_path, event_count,
            created_at, updated_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0,
            ?, ?)
          """,
          args.toArray());
    } catch (DuplicateKey e) {
      throw Failure.conflict("Slug already exists");
    }
  }

  /** Writes a destination that was read in this transaction. */
  public void update(Tx tx, Destination old, Destination changed) {
    Cursors.disturb(tx, ROUTING_READER);
    tx.notify(Channel.ROUTES);
    List<@Nullable Object> args = new ArrayList<>(rows.changeable(changed, kept(tx, changed)));
    args.add(tx.now());
    args.add(old.id());
    args.add(old.identity().scope().envId());
    tx.update(
        """
        UPDATE destinations SET name = ?, url = ?, method = ?, headers = ?, timeout_ms = ?,
          auth_type = ?, auth_config = ?, provider_config = ?, signing_config = ?,
          retry_enabled = ?, retry_max_attempts = ?, retry_backoff_type = ?, retry_intervals = ?,
          retry_jitter = ?, circuit_breaker_enabled = ?, circuit_breaker_threshold = ?,
          circuit_breaker_reset_ms = ?, status = ?, max_in_flight = ?,
          rate_limit_per_second = ?, ordered = ?, order_key_path = ?, updated_at = ?
         WHERE id = ? AND env_id = ?
        """,
        args.toArray());
    if (!changed.breaker().enabled()) {
      Circuits.close(tx, old.id());
    }
    if (changed.status() == Destination.Status.ACTIVE
        && old.status() != Destination.Status.ACTIVE) {
      Held.release(tx, old.id());
    }
    tx.notify(Channel.DELIVERIES, old.id());
  }

  /** What this server cannot read it must not lose either: the key may come back. */
  private static Map<String, String> kept(Tx tx, Destination destination) {
    Map<String, String> kept = new HashMap<>();
    for (SealedColumn column : SEALED) {
      if (destination.unreadable().contains(column.column())) {
        tx.find(
                "SELECT " + column.column() + " AS text FROM destinations WHERE id = ?",
                row -> row.string("text"),
                destination.id())
            .ifPresent(text -> kept.put(column.column(), text));
      }
    }
    return kept;
  }

  /** Holds back everything for a destination, because its receiver said that it is gone. */
  static void pause(Tx tx, String id) {
    changed(tx, id);
    tx.update(
        """
        UPDATE destinations SET status = 'paused', updated_at = ?
         WHERE id = ? AND status = 'active'
        """,
        tx.now(),
        id);
  }

  /** Whether it is active, and stays so until the transaction ends; false when it is gone. */
  static boolean lockAndAskIfActive(Tx tx, String id) {
    return tx.find(
            "UPDATE destinations SET status = status WHERE id = ? RETURNING status",
            row -> row.string("status"),
            id)
        .filter(Destination.Status.ACTIVE.word()::equals)
        .isPresent();
  }

  /** Tells every node that what it knows of a destination has changed. */
  static void changed(Tx tx, String id) {
    Cursors.disturb(tx, ROUTING_READER);
    tx.notify(Channel.ROUTES);
    tx.notify(Channel.DELIVERIES, id);
  }

  /** The status of a destination; empty when it is gone. */
  public static Optional<Destination.Status> status(Tx tx, String id) {
    return tx.find(
        "SELECT status FROM destinations WHERE id = ?",
        row -> Destination.Status.valueOf(row.string("status").toUpperCase(Locale.ROOT)),
        id);
  }

  /** Removes a destination; its open deliveries end as failed. */
  public static void delete(Tx tx, Scope scope, String id) {
    changed(tx, id);
    Attempts.endOfDestination(tx, id, "Destination deleted");
    int deleted =
        tx.update("DELETE FROM destinations WHERE id = ? AND env_id = ?", id, scope.envId());
    if (deleted == 1) {
      // Whoever held the destination until now may have owed something more to it.
      Attempts.endOfDestination(tx, id, "Destination deleted");
      Circuits.forget(tx, id);
      Releases.end(tx, id);
      SendTimes.forget(tx, id);
    }
  }

  /** Adds successful deliveries, which end a row of failures: count and time of the last. */
  static void count(Tx tx, Map<String, long[]> delivered) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    delivered.forEach((id, totals) -> rows.add(new @Nullable Object[] {totals[0], totals[1], id}));
    tx.batch(
        """
        UPDATE destinations SET event_count = event_count + ?, last_delivery_at = ?, failure_count = 0
         WHERE id = ?
        """,
        rows);
  }

  /** The destination of that id, if it is in the scope. */
  public Optional<Destination> find(Tx tx, Scope scope, String id) {
    return tx.find(SELECT + " WHERE d.env_id = ? AND d.id = ?", rows::row, scope.envId(), id);
  }

  /** The same; throws {@code NOT_FOUND}. */
  public Destination get(Tx tx, Scope scope, String id) {
    return find(tx, scope, id).orElseThrow(Destinations::missing);
  }

  /** Throws {@code NOT_FOUND} when no destination of that id is in the scope. */
  public static void check(Tx tx, Scope scope, String id) {
    long found =
        tx.number(
            "SELECT COUNT(*) AS n FROM destinations WHERE env_id = ? AND id = ?",
            scope.envId(),
            id);
    if (found == 0) {
      throw missing();
    }
  }

  private static Failure missing() {
    return Failure.notFound("Destination");
  }

  /** Destinations of deliveries that were claimed, by id; deleted ones are left out. */
  public Map<String, Destination> byId(Tx tx, List<String> ids) {
    Map<String, Destination> found = new HashMap<>();
    for (String id : ids) {
      tx.find(SELECT + " WHERE d.id = ?", rows::row, id)
          .ifPresent(destination -> found.put(id, destination));
    }
    return found;
  }

  /**
   * Destinations, newest first.
   *
   * @param status only these; null for all
   * @param kind only these; null for all
   * @param below only ids below this; null from the newest
   * @param limit null for all; else up to one more than it
   */
  public List<Destination> list(
      Tx tx,
      Scope scope,
      @Nullable String status,
      @Nullable String kind,
      @Nullable String below,
      @Nullable Integer limit) {
    StringBuilder sql = new StringBuilder(SELECT).append(" WHERE d.env_id = ?");
    List<@Nullable Object> args = new ArrayList<>(List.of(scope.envId()));
    if (status != null) {
      sql.append(" AND d.status = ?");
      args.add(status);
    }
    if (kind != null) {
      sql.append(" AND d.kind = ?");
      args.add(kind);
    }
    if (below != null) {
      sql.append(" AND d.id < ?");
      args.add(below);
    }
    sql.append(" ORDER BY d.id DESC");
    if (limit != null) {
      sql.append(" LIMIT ?");
      args.add(limit + 1);
    }
    return tx.list(sql.toString(), rows::row, args.toArray());
  }
}
