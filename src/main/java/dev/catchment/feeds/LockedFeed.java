package dev.catchment.feeds;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.Tx;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A feed whose row this transaction holds, so that all writes to one feed follow each other. It
 * collects what the transaction changes and writes it once at the end.
 */
final class LockedFeed {
  private final Tx tx;
  private final Feed feed;
  private final int[] counts;
  private boolean visible;
  private @Nullable Long lastItemAt;

  private LockedFeed(Tx tx, Feed feed) {
    this.tx = tx;
    this.feed = feed;
    this.counts =
        new int[] {
          feed.counts().inbox(),
          feed.counts().staging(),
          feed.counts().live(),
          feed.counts().rejected()
        };
    this.lastItemAt = feed.dates().lastItemAt();
  }

  static Optional<LockedFeed> find(Tx tx, Scope scope, String id) {
    int locked =
        tx.update(
            "UPDATE feeds SET revision = revision + 1 WHERE collection_id = ? AND env_id = ?",
            id,
            scope.envId());
    return locked == 0
        ? Optional.empty()
        : Feeds.find(tx, scope, id).map(feed -> new LockedFeed(tx, feed));
  }

  static LockedFeed get(Tx tx, Scope scope, String id) {
    return find(tx, scope, id).orElseThrow(() -> Failure.notFound("Feed"));
  }

  Feed feed() {
    return feed;
  }

  /** The date that everything this transaction changes for readers gets. */
  long stamp() {
    return Math.max(tx.now(), feed.dates().modifiedAt() + 1);
  }

  int count(ItemState state) {
    return counts[state.number()];
  }

  /** An item leaves one state for another; null for none. */
  void moved(@Nullable ItemState from, @Nullable ItemState to) {
    if (from != null) {
      counts[from.number()]--;
      visible |= from.isVisible();
    }
    if (to != null) {
      counts[to.number()]++;
      visible |= to.isVisible();
    }
  }

  /** Readers see a difference. */
  void markVisible() {
    visible = true;
  }

  void arrived(long at) {
    lastItemAt = lastItemAt == null ? at : Math.max(lastItemAt, at);
  }

  /** Writes counts and date, and tells everyone after the commit. */
  void finish() {
    tx.update(
        """
        UPDATE feeds SET inbox_count = ?, staging_count = ?, live_count = ?, rejected_count = ?,
          modified_at = ?, last_item_at = ?
         WHERE collection_id = ?
        """,
        counts[0],
        counts[1],
        counts[2],
        counts[3],
        visible ? stamp() : feed.dates().modifiedAt(),
        lastItemAt,
        feed.id());
    tx.notify(Channel.FEEDS, feed.id());
  }
}
