package dev.catchment.feeds;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.Collections;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes, changes and removes feeds. When a call returns, this node's memory shows the change. */
public final class FeedDesk {
  private static final int SLUG_LENGTH_MAX = 64;

  private final Database database;
  private final Ids ids;
  private final FeedMemory memory;

  /** A desk over one store. */
  public FeedDesk(Database database, Ids ids, FeedMemory memory) {
    this.database = database;
    this.ids = ids;
    this.memory = memory;
  }

  /**
   * What a new feed is made of.
   *
   * @param slug null to make one from the name
   */
  public record Draft(
      String name,
      @Nullable String slug,
      @Nullable String description,
      ContentType type,
      Feed.Settings settings) {}

  /** What a feed is to become; each member holds the wanted value, changed or not. */
  public record Wanted(
      String name,
      @Nullable String description,
      ContentType type,
      CollectionRow.Status status,
      Feed.Settings settings) {}

  /** Decides what a feed is to become from what it is. */
  @FunctionalInterface
  public interface Change {
    Wanted of(Feed feed);
  }

  /**
   * Makes a feed with its built-in source.
   *
   * @throws Failure {@code CONFLICT} when the given slug is taken
   */
  public Feed create(Scope scope, Draft draft) {
    String id = ids.next();
    String sourceId = ids.next();
    Feed feed =
        database.write(tx -> {
          tx.update(
              """
              INSERT INTO sources (id, org_id, env_id, name, slug, description, kind,
                source_config, status, created_at, updated_at)
              VALUES (?, ?, ?, ?, ?, NULL, 'manual', NULL, 'active', ?, ?)
              """,
              sourceId,
              scope.orgId(),
              scope.envId(),
              draft.name(),
              // No one can take this slug, since theirs have no colon.
              "feed:" + id,
              tx.now(),
              tx.now());
          Collections.create(
              tx,
              scope,
              new Collections.Draft(
                  id,
                  draft.name(),
                  slug(tx, scope, draft, id),
                  draft.description(),
                  sourceId,
                  draft.type().name()),
              HandMade.fold(CollectionRow.Status.ACTIVE));
          Feeds.insert(tx, scope, id, draft.settings());
          tx.notify(Channel.SOURCES, sourceId);
          tx.notify(Channel.FEEDS, id);
          return Feeds.get(tx, scope, id);
        });
    memory.refresh(id);
    return feed;
  }

  private static String slug(Tx tx, Scope scope, Draft draft, String id) {
    String given = draft.slug();
    if (given != null) {
      if (isTaken(tx, scope, given)) {
        throw Failure.conflict("Slug already exists");
      }
      return given;
    }
    String plain =
        Normalizer.normalize(draft.name(), Normalizer.Form.NFKD)
            .toLowerCase(Locale.ROOT)
            .replaceAll("\\p{M}", "")
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-+|-+$", "");
    String slug = plain.isEmpty() ? "feed" : plain;
    slug = slug.substring(0, Math.min(slug.length(), SLUG_LENGTH_MAX));
    if (!isTaken(tx, scope, slug)) {
      return slug;
    }
    String tail = "-" + id.substring(id.length() - 8);
    return slug.substring(0, Math.min(slug.length(), SLUG_LENGTH_MAX - tail.length())) + tail;
  }

  private static boolean isTaken(Tx tx, Scope scope, String slug) {
    return tx.number(
            "SELECT COUNT(*) AS n FROM collections WHERE env_id = ? AND slug = ?",
            scope.envId(),
            slug)
        > 0;
  }

  /**
   * Changes a feed.
   *
   * @throws Failure {@code NOT_FOUND}; {@code CONFLICT} when the type of a feed with items is to
   *     change
   */
  public Feed update(Scope scope, String id, Change change) {
    Feed feed =
        database.write(tx -> {
          // The collection first: the projector takes its rows in the same order.
          Feed before = Feeds.get(tx, scope, id);
          Wanted wanted = change.of(before);
          boolean row = touchesCollection(before, wanted);
          if (row) {
            Collections.update(
                tx,
                Collections.get(tx, scope, id),
                wanted.name(),
                wanted.description(),
                HandMade.fold(wanted.status()));
          }
          LockedFeed locked = LockedFeed.get(tx, scope, id);
          if (wanted.type() != before.identity().type()) {
            retype(tx, locked, wanted.type());
          }
          if (!wanted.name().equals(before.identity().name())) {
            locked.markVisible();
          }
          Feeds.update(tx, id, wanted.settings());
          locked.finish();
          return Feeds.get(tx, scope, id);
        });
    memory.refresh(id);
    return feed;
  }

  private static boolean touchesCollection(Feed before, Wanted wanted) {
    return !wanted.name().equals(before.identity().name())
        || !Objects.equals(wanted.description(), before.identity().description())
        || wanted.status() != before.identity().status();
  }

  private static void retype(Tx tx, LockedFeed locked, ContentType type) {
    if (locked.feed().counts().total() > 0) {
      throw Failure.conflict("Feed has items");
    }
    tx.update(
        "UPDATE collections SET content_type = ? WHERE id = ?", type.name(), locked.feed().id());
    locked.markVisible();
  }

  /** Removes a feed with its items, records and built-in source; the events stay. */
  public void delete(Scope scope, String id) {
    database.write(tx -> {
      Feed feed = Feeds.get(tx, scope, id);
      Collections.delete(tx, scope, id);
      Feeds.delete(tx, id);
      String sourceId = feed.identity().manualSourceId();
      tx.update("DELETE FROM sources WHERE id = ? AND kind = 'manual'", sourceId);
      tx.notify(Channel.SOURCES, sourceId);
      tx.notify(Channel.FEEDS, id);
      return true;
    });
    memory.refresh(id);
  }
}
