package dev.catchment.collections;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.DuplicateKey;
import dev.catchment.db.Tx;
import dev.catchment.log.Cursors;
import dev.catchment.log.EventLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table of collections. Every change disturbs the projector, so a batch that was folded by the
 * old row never commits.
 */
public final class Collections {
  /** In a feed, the record of a key that is this and an id gets that id. */
  public static final String HAND_MADE_KEY = "manual-";

  /** The name of the projector's cursor. */
  public static final String READER = "collections";

  private Collections() {}

  /**
   * What a new collection is made of.
   *
   * @param contentType null for an ordinary collection
   */
  public record Draft(
      String id,
      String name,
      String slug,
      @Nullable String description,
      String sourceId,
      @Nullable String contentType) {}

  /**
   * Makes a collection that follows its source from now on. The caller has made sure that the
   * source is in the scope.
   *
   * @throws Failure {@code CONFLICT} when the slug is taken
   */
  public static CollectionRow create(Tx tx, Scope scope, Draft draft, CollectionRow.FoldSpec fold) {
    Cursors.disturb(tx, READER);
    long head = EventLog.head(tx);
    long generation = Generations.make(tx, draft.id());
    try {
      tx.update(
          """
          INSERT INTO collections (id, org_id, env_id, name, slug, source_id, primary_key_path,
            event_type_field, description, status, options, content_type, start_position,
            catch_up_position, record_count, tombstone_count, applied_count, stale_count,
            skipped_count, skipped_reasons, time_fallback_count, generation, created_at, updated_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, '{}', 0, ?, ?, ?)
          """,
          draft.id(),
          scope.orgId(),
          scope.envId(),
          draft.name(),
          draft.slug(),
          draft.sourceId(),
          fold.keyPath().toString(),
          fold.typePath() == null ? null : fold.typePath().toString(),
          draft.description(),
          fold.status().word(),
          fold.options().toJson().text(),
          draft.contentType(),
          head,
          fold.status() == CollectionRow.Status.PAUSED ? (Long) head : null,
          generation,
          tx.now(),
          tx.now());
    } catch (DuplicateKey e) {
      throw Failure.conflict("Slug already exists");
    }
    tx.notify(Channel.COLLECTIONS, draft.id());
    CollectionRow made = get(tx, scope, draft.id());
    RecordIndexes.declare(tx, made);
    return made;
  }

  /** The collection of that id, if it is in the scope. */
  public static Optional<CollectionRow> find(Tx tx, Scope scope, String id) {
    return find(tx, scope.envId(), id);
  }

  /** The same in an environment whose organization need not be known. */
  public static Optional<CollectionRow> find(Tx tx, String envId, String id) {
    return tx.find(
        CollectionRows.SELECT + " WHERE c.env_id = ? AND c.id = ?", CollectionRows::row, envId, id);
  }

  /** The collection of that id in whichever scope. */
  static Optional<CollectionRow> findAnywhere(Tx tx, String id) {
    return tx.find(CollectionRows.SELECT + " WHERE c.id = ?", CollectionRows::row, id);
  }

  /**
   * Another number whenever something in the list of an environment's collections is another: a
   * member of a row, or which rows there are.
   */
  public static long listStamp(Tx tx, Scope scope) {
    return tx.number(
        "SELECT COALESCE(SUM(stamp), 0) AS n FROM list_stamps WHERE env_id = ?", scope.envId());
  }

  /** The collection of that id; throws {@code NOT_FOUND} when it is not in the scope. */
  public static CollectionRow get(Tx tx, Scope scope, String id) {
    return find(tx, scope, id).orElseThrow(() -> Failure.notFound("Collection"));
  }

  /**
   * The collection that a person means: the one of that id, in any of its forms, or else the one of
   * that slug; throws {@code NOT_FOUND} when the scope has neither.
   */
  public static CollectionRow named(Tx tx, Scope scope, String idOrSlug) {
    return Ids.parse(idOrSlug)
        .flatMap(id -> find(tx, scope, id))
        .or(() ->
            tx.find(
                CollectionRows.SELECT + " WHERE c.env_id = ? AND c.slug = ?",
                CollectionRows::row,
                scope.envId(),
                idOrSlug))
        .orElseThrow(() -> Failure.notFound("Collection"));
  }

  /**
   * Which collections to list.
   *
   * @param before only ids below this, for the next page; null from the newest
   * @param limit null for all
   */
  public record Wanted(
      @Nullable String sourceId,
      @Nullable String status,
      @Nullable String before,
      @Nullable Integer limit) {}

  /** Collections, newest first; with a limit up to one more than it. */
  public static List<CollectionSummary> list(Tx tx, Scope scope, Wanted wanted) {
    StringBuilder sql = new StringBuilder(CollectionSummary.SELECT).append(" WHERE c.env_id = ?");
    List<@Nullable Object> args = new ArrayList<>(List.of(scope.envId()));
    if (wanted.sourceId() != null) {
      sql.append(" AND c.source_id = ?");
      args.add(wanted.sourceId());
    }
    if (wanted.status() != null) {
      sql.append(" AND c.status = ?");
      args.add(wanted.status());
    }
    if (wanted.before() != null) {
      sql.append(" AND c.id < ?");
      args.add(wanted.before());
    }
    sql.append(" ORDER BY c.id DESC");
    if (wanted.limit() != null) {
      sql.append(" LIMIT ?");
      args.add(wanted.limit() + 1);
    }
    return tx.list(sql.toString(), CollectionSummary::row, args.toArray());
  }

  /** The rows, in their own transaction's view, of all collections that follow the log now. */
  static List<CollectionRow> following(Tx tx, List<String> sourceIds) {
    @Nullable Object[] args = sourceIds.toArray();
    return sourceIds.isEmpty()
        ? List.of()
        : tx.list(
            CollectionRows.SELECT
                + " WHERE c.status = 'active' AND c.catch_up_position IS NULL AND c.source_id IN ("
                + "?,".repeat(sourceIds.size() - 1)
                + "?) ORDER BY c.id",
            CollectionRows::row,
            args);
  }

  /** An active collection that is behind the others, if there is one. */
  static Optional<CollectionRow> behind(Tx tx) {
    return tx.find(
        CollectionRows.SELECT
            + """
             WHERE c.catch_up_position IS NOT NULL AND c.status = 'active'
             ORDER BY c.catch_up_position LIMIT 1
            """,
        CollectionRows::row);
  }

  /**
   * Writes name, description and the fold of a collection that was read in this transaction; where
   * it goes on is what {@link Standing} says.
   */
  public static CollectionRow update(
      Tx tx,
      CollectionRow old,
      String name,
      @Nullable String description,
      CollectionRow.FoldSpec fold) {
    long reached = Cursors.disturb(tx, READER);
    // Read again now that the projector stands still: it may have moved since the row was read.
    CollectionRow held = get(tx, old.identity().scope(), old.id());
    Standing standing = Standing.of(held).with(fold.status(), reached, () -> EventLog.head(tx));
    tx.update(
        """
        UPDATE collections SET name = ?, description = ?, primary_key_path = ?,
          event_type_field = ?, options = ?, status = ?, start_position = ?,
          catch_up_position = ?, updated_at = ?
         WHERE id = ? AND env_id = ?
        """,
        name,
        description,
        fold.keyPath().toString(),
        fold.typePath() == null ? null : fold.typePath().toString(),
        fold.options().toJson().text(),
        fold.status().word(),
        standing.start(),
        standing.catchUp(),
        tx.now(),
        old.id(),
        old.identity().scope().envId());
    tx.notify(Channel.COLLECTIONS, old.id());
    CollectionRow changed = get(tx, old.identity().scope(), old.id());
    Backfills.disturb(tx, held, changed);
    RecordIndexes.declare(tx, changed);
    return changed;
  }

  /** Removes the collection and its records; its events stay. */
  public static void delete(Tx tx, Scope scope, String id) {
    Cursors.disturb(tx, READER);
    if (tx.update("DELETE FROM collections WHERE id = ? AND env_id = ?", id, scope.envId()) == 0) {
      throw Failure.notFound("Collection");
    }
    // A generation can have millions of records; they go in the background.
    Generations.dropAll(tx, id);
    tx.update("DELETE FROM rebuilds WHERE collection_id = ?", id);
    tx.notify(Channel.COLLECTIONS, id);
  }
}
