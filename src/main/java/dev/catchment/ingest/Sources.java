package dev.catchment.ingest;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.base.Secret;
import dev.catchment.db.Channel;
import dev.catchment.db.DuplicateKey;
import dev.catchment.db.Tx;
import dev.catchment.json.Json;
import dev.catchment.vault.SealedColumn;
import dev.catchment.vault.Vault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table of sources. Every change is told on {@link Channel#SOURCES} with the source's id. What
 * may hold a secret is sealed in its row; a {@link Source} is open.
 */
public final class Sources {
  /** The columns that hold sealed texts. */
  public static final List<SealedColumn> SEALED = SourceRows.SEALED;

  private final SourceRows rows;

  /** The table, its secrets sealed by that vault. */
  public Sources(Vault vault) {
    this.rows = new SourceRows(vault);
  }

  /** Stores a new source; its times are set here. Throws {@code CONFLICT} for a taken slug. */
  public Source create(Tx tx, Source.Draft source) {
    List<@Nullable Object> args = new ArrayList<>();
    args.add(source.id());
    args.add(source.scope().orgId());
    args.add(source.scope().envId());
    args.add(source.slug());
    args.add(source.kind());
    args.add(source.rules().template());
    args.add(tx.now());
    args.addAll(rows.changeable(source));
    args.add(tx.now());
    try {
      tx.update(
          """
          INSERT INTO sources (id, org_id, env_id, slug, kind, template, created_at,
            name, description, source_config, status, verification_enabled, verification_type,
            verification_secret, verification_header, verification_config, dedup_enabled,
            dedup_strategy, dedup_field, dedup_window_seconds, ip_allowlist, ip_denylist,
            schema_validation_enabled, json_schema, schema_action, updated_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
          args.toArray());
    } catch (DuplicateKey e) {
      throw Failure.conflict("Slug already exists");
    }
    if (source.term() != null) {
      Terms.create(tx, source.id(), source.term());
    }
    tx.notify(Channel.SOURCES, source.id());
    return get(tx, source.scope(), source.id());
  }

  /** Writes name, description, config, rules but for their template, and status. */
  public Source update(Tx tx, Source.Draft source) {
    List<@Nullable Object> args = new ArrayList<>(rows.changeable(source));
    args.add(tx.now());
    args.add(source.id());
    args.add(source.scope().envId());
    tx.update(
        """
        UPDATE sources SET name = ?, description = ?, source_config = ?, status = ?,
          verification_enabled = ?, verification_type = ?, verification_secret = ?,
          verification_header = ?, verification_config = ?, dedup_enabled = ?, dedup_strategy = ?,
          dedup_field = ?, dedup_window_seconds = ?, ip_allowlist = ?, ip_denylist = ?,
          schema_validation_enabled = ?, json_schema = ?, schema_action = ?, updated_at = ?
         WHERE id = ? AND env_id = ?
        """,
        args.toArray());
    tx.notify(Channel.SOURCES, source.id());
    return get(tx, source.scope(), source.id());
  }

  /** Writes the config of a source alone. */
  public void configure(Tx tx, Source source, Json.Obj config) {
    tx.update(
        "UPDATE sources SET source_config = ?, updated_at = ? WHERE id = ? AND env_id = ?",
        rows.sealedConfig(source.id(), config),
        tx.now(),
        source.id(),
        source.scope().envId());
    tx.notify(Channel.SOURCES, source.id());
  }

  /** Keeps the secret that a provider handed over, and verifies by it from now on. */
  boolean keepSecret(Tx tx, Source source, Secret secret) {
    int changed =
        tx.update(
            """
            UPDATE sources SET verification_secret = ?, verification_enabled = 1, updated_at = ?
             WHERE id = ? AND env_id = ?
            """,
            rows.sealedSecret(source.id(), secret),
            tx.now(),
            source.id(),
            source.scope().envId());
    tx.notify(Channel.SOURCES, source.id());
    return changed == 1;
  }

  /**
   * Makes an ephemeral source an ordinary one of that scope, with these words and that config.
   *
   * @throws Failure {@code NOT_FOUND} when it is ordinary already, {@code CONFLICT} for a taken
   *     slug
   */
  public Source adopt(
      Tx tx, String id, Scope scope, String name, String slug, Json.@Nullable Obj config) {
    if (!Terms.delete(tx, id)) {
      throw Failure.notFound("Source");
    }
    try {
      tx.update(
          """
          UPDATE sources SET org_id = ?, env_id = ?, name = ?, slug = ?, source_config = ?,
            updated_at = ?
           WHERE id = ?
          """,
          scope.orgId(),
          scope.envId(),
          name,
          slug,
          rows.sealedConfig(id, config),
          tx.now(),
          id);
    } catch (DuplicateKey e) {
      throw Failure.conflict("Slug already exists");
    }
    tx.notify(Channel.SOURCES, id);
    return get(tx, scope, id);
  }

  /** The ephemeral source of that id, which belongs to nobody. */
  public Optional<Source> findEphemeral(Tx tx, String id) {
    return forIngest(tx, id).filter(Source::isEphemeral);
  }

  /** Removes the source; its events stay. */
  public static void delete(Tx tx, Scope scope, String id) {
    if (tx.update("DELETE FROM sources WHERE id = ? AND env_id = ?", id, scope.envId()) == 1) {
      HubSubscriptions.delete(tx, id);
      Terms.delete(tx, id);
    }
    tx.notify(Channel.SOURCES, id);
  }

  /** The source of that id that takes requests, if it is in the scope. */
  public Optional<Source> find(Tx tx, Scope scope, String id) {
    return tx.find(
        SourceRows.SELECT + " WHERE s.env_id = ? AND s.id = ? AND s.kind <> 'manual'",
        rows::read,
        scope.envId(),
        id);
  }

  /** The same; throws {@code NOT_FOUND}. */
  public Source get(Tx tx, Scope scope, String id) {
    return find(tx, scope, id).orElseThrow(() -> Failure.notFound("Source"));
  }

  /** Throws {@code NOT_FOUND} when no source of that id that takes requests is in the scope. */
  public static void check(Tx tx, Scope scope, String id) {
    var _ = template(tx, scope, id);
  }

  /** The slug of the source's template, if it has one; throws as {@link #check}. */
  public static Optional<String> template(Tx tx, Scope scope, String id) {
    return tx.find(
            "SELECT template FROM sources WHERE env_id = ? AND id = ? AND kind <> 'manual'",
            row -> Optional.ofNullable(row.find("template")),
            scope.envId(),
            id)
        .orElseThrow(() -> Failure.notFound("Source"));
  }

  /** The source of an ingest URL, whoever owns it. */
  Optional<Source> forIngest(Tx tx, String id) {
    return tx.find(SourceRows.SELECT + " WHERE s.id = ? AND s.kind <> 'manual'", rows::read, id);
  }

  /**
   * Sources that take requests, newest first.
   *
   * @param status only these; null for all
   * @param below only ids below this; null from the newest
   * @param limit null for all; else up to one more than it
   */
  public List<Source> list(
      Tx tx,
      Scope scope,
      @Nullable String status,
      @Nullable String below,
      @Nullable Integer limit) {
    StringBuilder sql =
        new StringBuilder(SourceRows.SELECT).append(" WHERE s.env_id = ? AND s.kind <> 'manual'");
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
    return tx.list(sql.toString(), rows::read, args.toArray());
  }
}
