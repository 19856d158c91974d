package dev.catchment.feeds;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.collections.CollectionRow;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table of feeds. */
public final class Feeds {
  /** The columns of {@link #row}, of which those of the collection carry a prefix. */
  static final String COLUMNS =
      """
      f.collection_id, f.org_id, f.env_id, f.insert_position, f.when_full, f.live_max,
      f.staging_max, f.inbox_count, f.staging_count, f.live_count, f.rejected_count, f.revision,
      f.created_at, f.modified_at, f.last_item_at, c.name AS c_name, c.slug AS c_slug,
      c.description AS c_description, c.content_type AS c_type, c.status AS c_status,
      c.source_id AS c_source
      """;

  private static final String SELECT =
      "SELECT " + COLUMNS + " FROM feeds f JOIN collections c ON c.id = f.collection_id ";

  private Feeds() {}

  /** The feed of that id, if it is in the scope. */
  public static Optional<Feed> find(Tx tx, Scope scope, String id) {
    return tx.find(
        SELECT + "WHERE f.collection_id = ? AND f.org_id = ? AND f.env_id = ?",
        Feeds::row,
        id,
        scope.orgId(),
        scope.envId());
  }

  /** The feed of that id; throws {@code NOT_FOUND} when it is not in the scope. */
  public static Feed get(Tx tx, Scope scope, String id) {
    return find(tx, scope, id).orElseThrow(() -> Failure.notFound("Feed"));
  }

  /** Whoever's feed it is; for this node's memory alone. */
  static Optional<Feed> findAnyones(Tx tx, String id) {
    return tx.find(SELECT + "WHERE f.collection_id = ?", Feeds::row, id);
  }

  /** Everyone's feeds modified at or after that time; for this node's memory alone. */
  static List<Feed> listEveryones(Tx tx, long modifiedSince) {
    return tx.list(SELECT + "WHERE f.modified_at >= ?", Feeds::row, modifiedSince);
  }

  /**
   * Which feeds to list.
   *
   * @param search part of the name, ignoring case; null for all
   * @param after the last row of the page before; null for the first page
   */
  public record Wanted(
      @Nullable ContentType type,
      @Nullable String status,
      @Nullable String search,
      @Nullable Place after,
      int limit) {}

  /** A place in the order of the list. */
  public record Place(long modifiedAt, String id) {}

  /** Feeds, last modified first; up to one more than the limit, to tell if there are. */
  public static List<Feed> list(Tx tx, Scope scope, Wanted wanted) {
    StringBuilder sql = new StringBuilder(SELECT).append("WHERE f.env_id = ?");
    List<@Nullable Object> args = new ArrayList<>(List.of(scope.envId()));
    if (wanted.type() != null) {
      sql.append(" AND c.content_type = ?");
      args.add(wanted.type().name());
    }
    if (wanted.status() != null) {
      sql.append(" AND c.status = ?");
      args.add(wanted.status());
    }
    if (wanted.search() != null) {
      sql.append(" AND lower(c.name) LIKE ? ESCAPE '!'");
      String text = wanted.search().toLowerCase(Locale.ROOT);
      args.add("%" + text.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%");
    }
    if (wanted.after() != null) {
      sql.append(" AND (f.modified_at, f.collection_id) < (?, ?)");
      args.add(wanted.after().modifiedAt());
      args.add(wanted.after().id());
    }
    sql.append(" ORDER BY f.modified_at DESC, f.collection_id DESC LIMIT ?");
    args.add(wanted.limit() + 1);
    return tx.list(sql.toString(), Feeds::row, args.toArray());
  }

  static void insert(Tx tx, Scope scope, String id, Feed.Settings settings) {
    tx.update(
        """
        INSERT INTO feeds (collection_id, org_id, env_id, insert_position, when_full, live_max,
          staging_max, inbox_count, staging_count, live_count, rejected_count, revision,
          created_at, modified_at, last_item_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 1, ?, ?, NULL)
        """,
        id,
        scope.orgId(),
        scope.envId(),
        settings.insertPosition().name(),
        settings.whenFull().name(),
        settings.liveMax(),
        settings.stagingMax(),
        tx.now(),
        tx.now());
  }

  static void update(Tx tx, String id, Feed.Settings settings) {
    tx.update(
        """
        UPDATE feeds SET insert_position = ?, when_full = ?, live_max = ?, staging_max = ?
         WHERE collection_id = ?
        """,
        settings.insertPosition().name(),
        settings.whenFull().name(),
        settings.liveMax(),
        settings.stagingMax(),
        id);
  }

  static void delete(Tx tx, String id) {
    tx.update("DELETE FROM feed_items WHERE collection_id = ?", id);
    tx.update("DELETE FROM feeds WHERE collection_id = ?", id);
  }

  /**
   * Moves every feed's date once when bodies are now rendered otherwise than at the last start.
   *
   * @return whether anything moved
   */
  static boolean adoptRendering(Tx tx, String fingerprint) {
    Optional<String> before =
        tx.find("SELECT fingerprint FROM feed_rendering", row -> row.string("fingerprint"));
    if (before.isPresent() && before.get().equals(fingerprint)) {
      return false;
    }
    tx.update(
        """
        INSERT INTO feed_rendering (one, fingerprint) VALUES (1, ?)
        ON CONFLICT (one) DO UPDATE SET fingerprint = excluded.fingerprint
        """,
        fingerprint);
    return before.isPresent()
        && tx.update(
                """
                UPDATE feeds SET revision = revision + 1,
                  modified_at = CASE WHEN ? > modified_at THEN ? ELSE modified_at + 1 END
                """,
                tx.now(),
                tx.now())
            > 0;
  }

  static Feed row(Row row) {
    return new Feed(
        new Feed.Identity(
            row.string("collection_id"),
            new Scope(row.string("org_id"), row.string("env_id")),
            row.string("c_name"),
            row.string("c_slug"),
            row.find("c_description"),
            ContentType.valueOf(row.string("c_type")),
            CollectionRow.Status.valueOf(row.string("c_status").toUpperCase(Locale.ROOT)),
            row.string("c_source")),
        new Feed.Settings(
            Feed.InsertPosition.valueOf(row.string("insert_position")),
            Feed.WhenFull.valueOf(row.string("when_full")),
            row.integer("live_max"),
            row.integer("staging_max")),
        new Feed.Counts(
            row.integer("inbox_count"),
            row.integer("staging_count"),
            row.integer("live_count"),
            row.integer("rejected_count")),
        new Feed.Dates(
            row.number("created_at"), row.number("modified_at"), row.findNumber("last_item_at")),
        row.number("revision"));
  }
}
