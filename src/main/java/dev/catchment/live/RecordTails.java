package dev.catchment.live;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.Collections;
import dev.catchment.collections.RecordChanges;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Tells of changed records without a gap: everyone reads from where he was until he has all, and
 * then waits with the others, for whom a change is read and worded once. Nothing is read while
 * nothing changes or nobody waits. Safe for use by several threads.
 */
public final class RecordTails {
  /** Changes that are read at once. */
  static final int CHANGES_MAX = 200;

  /** How many may read at once; the others wait their turn after each piece. */
  private static final int AT_ONCE_MAX = 4;

  private final Database database;
  private final Tellers.OfRecords teller;
  private final Map<String, RecordTail> tails = new ConcurrentHashMap<>();
  private final Set<String> due = ConcurrentHashMap.newKeySet();
  private final Semaphore turns = new Semaphore(AT_ONCE_MAX, true);
  private volatile Runnable wake = () -> {};

  RecordTails(Database database, Tellers.OfRecords teller) {
    this.database = database;
    this.teller = teller;
    database.listen(Channel.RECORDS, this::changed);
    database.listen(Channel.COLLECTIONS, this::changed);
  }

  void wakes(Runnable loop) {
    this.wake = loop;
  }

  /**
   * A piece of what follows a place.
   *
   * @param reached the place that it ends at
   * @param more whether something follows it already
   */
  public record Piece(List<RecordNews> news, ChangePlace reached, boolean more) {}

  /**
   * The place of a collection from which everything that is still to come follows.
   *
   * @throws Failure {@code NOT_FOUND}
   */
  public ChangePlace now(Scope scope, String collectionId) {
    return new ChangePlace(collectionId, last(scope, collectionId), 0);
  }

  /** The place before all records as they are. */
  public ChangePlace start(Scope scope, String collectionId) {
    return new ChangePlace(collectionId, 0, last(scope, collectionId));
  }

  private long last(Scope scope, String collectionId) {
    return database.<Long>read(
        tx -> Collections.get(tx, scope, collectionId).table().changeNumber());
  }

  /**
   * The next piece after a place.
   *
   * @param max changes at most; no more than {@link #CHANGES_MAX} are given
   * @throws Failure {@code NOT_FOUND} when the collection is gone, {@code GONE} when something that
   *     follows the place can no longer be told
   */
  public Piece next(Scope scope, ChangePlace after, int max) {
    turns.acquireUninterruptibly();
    try {
      return database.read(tx -> {
        CollectionRow collection = Collections.get(tx, scope, after.collectionId());
        long forgotten = RecordChanges.forgotten(tx, after.collectionId());
        // A number that was never given out is of a store that has lost its newest commits.
        if (forgotten > Math.max(after.number(), after.until())
            || Math.max(after.number(), after.until()) > collection.table().changeNumber()) {
          throw new Failure(Failure.Code.GONE, "Cursor expired", null);
        }
        return piece(tx, collection, after, Math.min(max, CHANGES_MAX));
      });
    } finally {
      turns.release();
    }
  }

  private Piece piece(Tx tx, CollectionRow collection, ChangePlace after, int max) {
    RecordChanges.Run run =
        RecordChanges.after(tx, collection.table().generation(), after.number(), max);
    List<RecordNews> news = new ArrayList<>();
    for (RecordChanges.Change change : run.changes()) {
      if (!change.row().deleted() || change.number() > after.until()) {
        news.add(news(collection, change, after.at(change.number())));
      }
    }
    long reached =
        run.whole()
            ? Math.max(after.number(), collection.table().changeNumber())
            : run.changes().getLast().number();
    return new Piece(news, after.at(reached), !run.whole());
  }

  private RecordNews news(
      CollectionRow collection, RecordChanges.Change change, ChangePlace place) {
    String cursor = place.text();
    return new RecordNews(
        change.number(),
        cursor,
        change.row().deleted() ? "delete" : "upsert",
        teller.tell(collection, change, cursor).bytes());
  }

  /**
   * Lets somebody wait who has everything up to a place.
   *
   * @return false when others are ahead of it already, and it must read on first
   */
  public boolean join(Scope scope, Follower follower, ChangePlace place) {
    String id = place.collectionId();
    boolean[] joined = {false};
    tails.compute(
        id,
        (same, known) -> {
          RecordTail tail =
              known == null ? new RecordTail(number -> run(scope, id, number)) : known;
          joined[0] = tail.join(follower, place.number());
          return tail.isEmpty() ? null : tail;
        });
    if (joined[0]) {
      // It may have changed since the place was read.
      due.add(id);
      wake.run();
    }
    return joined[0];
  }

  /** Lets go of somebody; nothing when it did not wait. */
  public void leave(Follower follower, String collectionId) {
    tails.computeIfPresent(
        collectionId,
        (same, tail) -> {
          tail.leave(follower);
          return tail.isEmpty() ? null : tail;
        });
  }

  private Optional<RecordTail.Run> run(Scope scope, String id, long number) {
    return database.read(tx ->
        Collections.find(tx, scope, id)
            .map(collection -> {
              Piece piece = piece(tx, collection, new ChangePlace(id, number, 0), CHANGES_MAX);
              return new RecordTail.Run(piece.news(), piece.reached().number(), !piece.more());
            }));
  }

  private void changed(String collectionId) {
    if (tails.isEmpty()) {
      return;
    }
    if (collectionId.isEmpty()) {
      due.addAll(tails.keySet());
    } else if (tails.containsKey(collectionId)) {
      due.add(collectionId);
    } else {
      return;
    }
    wake.run();
  }

  /** Tells what is due, some of each collection; false when there is nothing more for now. */
  boolean step() {
    for (String id : List.copyOf(due)) {
      due.remove(id);
      RecordTail tail = tails.get(id);
      if (tail != null) {
        try {
          if (tail.step()) {
            due.add(id);
          }
        } catch (RuntimeException e) {
          due.add(id);
          throw e;
        }
        tails.computeIfPresent(id, (same, one) -> one.isEmpty() ? null : one);
      }
    }
    return !due.isEmpty();
  }
}
