package dev.catchment.collections;

import dev.catchment.db.Database;
import dev.catchment.log.SourceEvents;
import dev.catchment.log.StoredEvent;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The stored events of a run, piece by piece: while one piece is written, the next is read and
 * folded on a thread of its own. Used by one thread.
 */
final class Pieces implements AutoCloseable {
  /** How much a piece holds: as much as one transaction may keep others waiting for. */
  static final SourceEvents.Bounds BOUNDS = new SourceEvents.Bounds(2_000, 8L << 20);

  /** A piece whose expression is slow ends here: well before another node takes the run. */
  static final long FOLD_MILLIS_MAX = 2_000;

  private final Database database;
  private final DataExpressions expressions;
  private final int eventsMax;
  private @Nullable Ahead ahead;

  /**
   * Pieces of a store.
   *
   * @param eventsMax events in a piece
   */
  Pieces(Database database, DataExpressions expressions, int eventsMax) {
    this.database = database;
    this.expressions = expressions;
    this.eventsMax = eventsMax;
  }

  /**
   * Some of a run's events, folded.
   *
   * @param reached the id of the last of them
   * @param events how many there are, those that gave nothing included
   * @param last whether nothing comes after
   */
  record Piece(Batch batch, String reached, int events, boolean last) {}

  /** What is being read: it is of use only to the run as it was. */
  private record Ahead(String collectionId, long claim, String after, CompletableFuture<Piece> it) {
    boolean isFor(Backfills.Run run) {
      return collectionId.equals(run.collection().id())
          && claim == run.claim()
          && after.equals(run.cursor());
    }
  }

  /**
   * The piece after where the run is.
   *
   * @param upTo only events up to this position of the log are folded
   */
  Piece next(Backfills.Run run, long upTo) {
    Ahead known = ahead;
    if (known != null && !known.isFor(run)) {
      close();
      known = null;
    }
    ahead = null;
    Piece piece =
        known == null ? read(run.collection(), run.end(), run.cursor(), upTo) : joined(known.it());
    if (!piece.last()) {
      ahead =
          new Ahead(
              run.collection().id(),
              run.claim(),
              piece.reached(),
              CompletableFuture.supplyAsync(
                  () -> read(run.collection(), run.end(), piece.reached(), upTo),
                  Thread::startVirtualThread));
    }
    return piece;
  }

  private static Piece joined(CompletableFuture<Piece> reading) {
    try {
      return reading.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private Piece read(CollectionRow collection, String end, String after, long upTo) {
    SourceEvents.Bounds bounds = new SourceEvents.Bounds(eventsMax, BOUNDS.bytes());
    List<StoredEvent> events =
        database.read(
            tx -> SourceEvents.byId(tx, collection.identity().sourceId(), after, end, bounds));
    Batch batch = new Batch(collection, expressions);
    String reached = after;
    int looked = 0;
    long since = database.now();
    for (StoredEvent event : events) {
      if (looked > 0 && database.now() - since > FOLD_MILLIS_MAX) {
        break;
      }
      if (!event.event().isDuplicate() && event.position() <= upTo) {
        batch.add(event);
        event.forgetView();
      }
      reached = event.event().id();
      looked++;
    }
    return new Piece(batch, reached, looked, events.isEmpty() || reached.equals(end));
  }

  /** Lets go of what is being read, once it has been read: then the store can be closed. */
  @Override
  public void close() {
    Ahead known = ahead;
    ahead = null;
    if (known != null) {
      known.it().handle((piece, failure) -> true).join();
    }
  }
}
