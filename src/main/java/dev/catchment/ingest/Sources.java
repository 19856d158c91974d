package dev.catchment.ingest;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.DuplicateKey;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table of sources. Every change is told on {@link Channel#SOURCES} with the source's id. */
public final class Sources {
  private static final String SELECT =
      """
      SELECT s.*, COALESCE(t.event_count, 0) AS event_count, t.last_event_at
        FROM sources s LEFT JOIN source_totals t ON t.source_id = s.id
      """;

  private Sources() {}

  /** Stores a new source; its times are set here. Throws {@code CONFLICT} for a taken slug. */
  public static Source create(Tx tx, Source source) {
    try {
      tx.update(
          """
          INSERT INTO sources (id, org_id, env_id, name, slug, description, kind, source_config,
            status, created_at, updated_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
          source.id(),
          source.scope().orgId(),
          source.scope().envId(),
          source.name(),
          source.slug(),
          source.description(),
          source.kind(),
          source.config() == null ? null : source.config().text(),
          source.status().word(),
          tx.now(),
          tx.now());
    } catch (DuplicateKey e) {
      throw Failure.conflict("Slug already exists");
    }
    tx.notify(Channel.SOURCES, source.id());
    return get(tx, source.scope(), source.id());
  }

  /** Writes name, description, config and status. */
  public static Source update(Tx tx, Source source) {
    tx.update(
        """
        UPDATE sources SET name = ?, description = ?, source_config = ?, status = ?, updated_at = ?
         WHERE id = ? AND env_id = ?
        """,
        source.name(),
        source.description(),
        source.config() == null ? null : source.config().text(),
        source.status().word(),
        tx.now(),
        source.id(),
        source.scope().envId());
    tx.notify(Channel.SOURCES, source.id());
    return get(tx, source.scope(), source.id());
  }

  /** Removes the source; its events stay. */
  public static void delete(Tx tx, Scope scope, String id) {
    tx.update("DELETE FROM sources WHERE id = ? AND env_id = ?", id, scope.envId());
    tx.notify(Channel.SOURCES, id);
  }

  /** The source of that id that takes requests, if it is in the scope. */
  public static Optional<Source> find(Tx tx, Scope scope, String id) {
    return tx.find(
        SELECT + " WHERE s.env_id = ? AND s.id = ? AND s.kind = 'http'",
        Sources::row,
        scope.envId(),
        id);
  }

  /** The same; throws {@code NOT_FOUND}. */
  public static Source get(Tx tx, Scope scope, String id) {
    return find(tx, scope, id).orElseThrow(() -> Failure.notFound("Source"));
  }

  /** The source of an ingest URL, whoever owns it. */
  static Optional<Source> forIngest(Tx tx, String id) {
    return tx.find(SELECT + " WHERE s.id = ? AND s.kind = 'http'", Sources::row, id);
  }

  /**
   * Sources that take requests, newest first.
   *
   * @param status only these; null for all
   * @param below only ids below this; null from the newest
   * @param limit null for all; else up to one more than it
   */
  public static List<Source> list(
      Tx tx,
      Scope scope,
      @Nullable String status,
      @Nullable String below,
      @Nullable Integer limit) {
    StringBuilder sql = new StringBuilder(SELECT).append(" WHERE s.env_id = ? AND s.kind = 'http'");
    List<@Nullable Object> args = new ArrayList<>(List.of(scope.envId()));
    if (status != null) {
      sql.append(" AND s.status = ?");
      args.add(status);
    }
    if (below != null) {
      sql.append(" AND s.id < ?");
      args.add(below);
    }
    sql.append(" ORDER BY s.id DESC");
    if (limit != null) {
      sql.append(" LIMIT ?");
      args.add(limit + 1);
    }
    return tx.list(sql.toString(), Sources::row, args.toArray());
  }

  private static Source row(Row row) {
    String config = row.find("source_config");
    return new Source(
        row.string("id"),
        new Scope(row.string("org_id"), row.string("env_id")),
        row.string("name"),
        row.string("slug"),
        row.find("description"),
        row.string("kind"),
        config == null ? null : (Json.Obj) Json.read(config),
        Source.Status.valueOf(row.string("status").toUpperCase(Locale.ROOT)),
        new Source.Totals(row.number("event_count"), row.findNumber("last_event_at")),
        row.number("created_at"),
        row.number("updated_at"));
  }
}
