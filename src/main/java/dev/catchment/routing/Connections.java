package dev.catchment.routing;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.delivery.Attempts;
import dev.catchment.delivery.Held;
import dev.catchment.expr.FilterRules;
import dev.catchment.json.Json;
import dev.catchment.log.Cursors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table of connections. Every change disturbs the dispatcher, so that a batch matched by the
 * old rows never commits.
 */
public final class Connections {
  private static final String SELECT =
      """
      SELECT c.*, s.name AS source_name, d.name AS destination_name, t.expression
        FROM connections c
        LEFT JOIN sources s ON s.id = c.source_id
        LEFT JOIN destinations d ON d.id = c.destination_id
        LEFT JOIN transform_texts t ON t.connection_id = c.id AND t.hash = c.transform_hash
      """;

  private Connections() {}

  /**
   * Stores a new connection; its times are set here. The caller has made sure that both ends are in
   * its scope.
   */
  public static Connection create(Tx tx, Connection connection) {
    Cursors.disturb(tx, Dispatcher.READER);
    tx.notify(Channel.ROUTES);
    tx.update(
        """
        INSERT INTO connections (id, org_id, env_id, source_id, destination_id, name, description,
          enabled, filter_rules, status, event_count, created_at, updated_at, transform_enabled,
          transform_hash)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)
        """,
        connection.id(),
        connection.scope().orgId(),
        connection.scope().envId(),
        connection.ends().sourceId(),
        connection.ends().destinationId(),
        connection.identity().name(),
        connection.identity().description(),
        connection.matching().enabled(),
        rules(connection),
        connection.status().word(),
        tx.now(),
        tx.now(),
        connection.transform().enabled(),
        connection.transform().hash());
    TransformTexts.keep(tx, connection);
    return get(tx, connection.scope(), connection.id());
  }

  /** Writes everything but the ends of a connection that was read in this transaction. */
  public static Connection update(Tx tx, Connection old, Connection changed) {
    Cursors.disturb(tx, Dispatcher.READER);
    tx.notify(Channel.ROUTES);
    tx.update(
        """
        UPDATE connections SET name = ?, description = ?, enabled = ?, filter_rules = ?,
          status = ?, updated_at = ?, transform_enabled = ?, transform_hash = ?
         WHERE id = ? AND env_id = ?
        """,
        changed.identity().name(),
        changed.identity().description(),
        changed.matching().enabled(),
        rules(changed),
        changed.status().word(),
        tx.now(),
        changed.transform().enabled(),
        changed.transform().hash(),
        old.id(),
        old.scope().envId());
    if (!changed.transform().equals(old.transform())) {
      TransformTexts.keep(tx, changed);
    }
    if (old.status() != Connection.Status.ACTIVE && changed.status() == Connection.Status.ACTIVE) {
      Held.release(tx, old.ends().destinationId());
    }
    return get(tx, old.scope(), old.id());
  }

  /** Removes a connection; its open deliveries end as failed. */
  public static void delete(Tx tx, Scope scope, String id) {
    Cursors.disturb(tx, Dispatcher.READER);
    tx.notify(Channel.ROUTES);
    Connection connection = get(tx, scope, id);
    Attempts.endOfConnection(tx, connection.ends().destinationId(), id, "Connection deleted");
    TransformTexts.delete(tx, scope, id);
    tx.update("DELETE FROM connections WHERE id = ? AND env_id = ?", id, scope.envId());
    // Whoever held the connection until now may have owed something more by it.
    Attempts.endOfConnection(tx, connection.ends().destinationId(), id, "Connection deleted");
  }

  private static @Nullable String rules(Connection connection) {
    return connection.filter().isEmpty() ? null : connection.filter().toJson().text();
  }

  /** The connection of that id, if it is in the scope. */
  public static Optional<Connection> find(Tx tx, Scope scope, String id) {
    return tx.find(
        SELECT + " WHERE c.env_id = ? AND c.id = ?", Connections::row, scope.envId(), id);
  }

  /** The same; throws {@code NOT_FOUND}. */
  public static Connection get(Tx tx, Scope scope, String id) {
    return find(tx, scope, id).orElseThrow(() -> Failure.notFound("Connection"));
  }

  /**
   * Which connections to list; null means any.
   *
   * @param below only ids below this; null from the newest
   * @param limit null for all
   */
  public record Wanted(
      @Nullable String sourceId,
      @Nullable String destinationId,
      @Nullable String status,
      @Nullable String below,
      @Nullable Integer limit) {
    /** All connections of a source or a destination. */
    public static Wanted allOf(@Nullable String sourceId, @Nullable String destinationId) {
      return new Wanted(sourceId, destinationId, null, null, null);
    }
  }

  /** Connections, newest first; with a limit up to one more than it. */
  public static List<Connection> list(Tx tx, Scope scope, Wanted wanted) {
    StringBuilder sql = new StringBuilder(SELECT).append(" WHERE c.env_id = ?");
    List<@Nullable Object> args = new ArrayList<>(List.of(scope.envId()));
    equal(sql, args, "source_id", wanted.sourceId());
    equal(sql, args, "destination_id", wanted.destinationId());
    equal(sql, args, "status", wanted.status());
    if (wanted.below() != null) {
      sql.append(" AND c.id < ?");
      args.add(wanted.below());
    }
    sql.append(" ORDER BY c.id DESC");
    if (wanted.limit() != null) {
      sql.append(" LIMIT ?");
      args.add(wanted.limit() + 1);
    }
    return tx.list(sql.toString(), Connections::row, args.toArray());
  }

  private static void equal(
      StringBuilder sql, List<@Nullable Object> args, String column, @Nullable String value) {
    if (value != null) {
      sql.append(" AND c.").append(column).append(" = ?");
      args.add(value);
    }
  }

  /** The connections from these sources to a destination that are evaluated. */
  public static List<Connection> evaluated(Tx tx, List<String> sourceIds, String destinationId) {
    return ofSources(tx, sourceIds).stream()
        .filter(connection -> connection.ends().destinationId().equals(destinationId))
        .filter(Connection::isEvaluated)
        .toList();
  }

  /** The connections of these sources, in the order they were made. */
  static List<Connection> ofSources(Tx tx, List<String> sourceIds) {
    @Nullable Object[] args = sourceIds.toArray();
    return tx.list(
        SELECT + " WHERE c.source_id IN (" + "?,".repeat(sourceIds.size() - 1) + "?) ORDER BY c.id",
        Connections::row,
        args);
  }

  private static Connection row(Row row) {
    String rules = row.find("filter_rules");
    return new Connection(
        new Connection.Identity(
            row.string("id"),
            new Scope(row.string("org_id"), row.string("env_id")),
            row.string("name"),
            row.find("description")),
        new Connection.Ends(
            row.string("source_id"),
            row.find("source_name"),
            row.string("destination_id"),
            row.find("destination_name")),
        new Connection.Matching(
            row.flag("enabled"),
            Connection.Status.valueOf(row.string("status").toUpperCase(Locale.ROOT)),
            FilterRules.parse(rules == null ? null : Json.read(rules), "filter_rules")),
        new Connection.Transform(
            row.flag("transform_enabled"), row.find("expression"), row.find("transform_hash")),
        new Connection.Totals(row.number("event_count"), row.findNumber("last_event_at")),
        new Connection.Times(row.number("created_at"), row.number("updated_at")));
  }
}
