package dev.catchment.collections;

import dev.catchment.base.Ids;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.log.SourceEvents;
import dev.catchment.worker.Step;
import java.util.Optional;

/**
 * Works on the backfills and rebuilds of collections, a piece of one with each step. What is
 * written and how far the run is move in one transaction, so another node goes on where a dead one
 * stopped.
 */
public final class Backfiller implements Step, AutoCloseable {
  /** How long a run is held after each piece. */
  static final long LEASE_MILLIS = 10_000;

  private final Database database;
  private final String node;
  private final Ids ids;
  private final RecordListener listener;
  private final Pieces pieces;
  private final RebuildSteps rebuilds;

  /**
   * A backfiller of one node.
   *
   * @param node the name under which it holds runs
   */
  public Backfiller(
      Database database,
      String node,
      Ids ids,
      DataExpressions expressions,
      RecordListener listener) {
    this(database, node, ids, expressions, listener, Pieces.BOUNDS.events());
  }

  Backfiller(
      Database database,
      String node,
      Ids ids,
      DataExpressions expressions,
      RecordListener listener,
      int eventsMax) {
    this.database = database;
    this.node = node;
    this.ids = ids;
    this.listener = listener;
    this.pieces = new Pieces(database, expressions, eventsMax);
    this.rebuilds = new RebuildSteps(database, ids, expressions, listener, pieces);
  }

  @Override
  public synchronized Next step() {
    Optional<Backfills.Run> found = database.read(tx -> Backfills.next(tx, node));
    if (found.isEmpty()) {
      pieces.close();
      return Step.whenWoken();
    }
    Backfills.Run run = found.get();
    if (run.freeAt() > database.now()) {
      return Step.at(run.freeAt());
    }
    if (!run.mine()) {
      database.write(Durability.DERIVED, tx -> Backfills.claim(tx, run, node, LEASE_MILLIS));
    } else if (run.collection().backfill().total() == null) {
      count(run);
    } else if (run.collection().table().building() != null) {
      rebuilds.step(run);
    } else {
      backfill(run);
    }
    return Step.again();
  }

  private void count(Backfills.Run run) {
    long left =
        database.read(tx -> SourceEvents.count(tx, run.sourceId(), run.cursor(), run.end()));
    database.write(
        Durability.DERIVED,
        tx -> {
          if (Backfills.hold(tx, run, LEASE_MILLIS)) {
            Backfills.count(tx, run, left);
          }
          return true;
        });
  }

  private void backfill(Backfills.Run run) {
    Pieces.Piece piece = pieces.next(run, Long.MAX_VALUE);
    database.write(
        Durability.DERIVED,
        tx -> {
          // A run that was cancelled, changed or lost meanwhile gets nothing written.
          if (Backfills.hold(tx, run, LEASE_MILLIS)) {
            BatchWriter.write(tx, piece.batch(), ids, listener);
            Backfills.advance(tx, run, piece.reached(), piece.events());
            if (piece.last()) {
              Backfills.complete(tx, run.collection());
            }
          }
          return true;
        });
  }

  @Override
  public synchronized void close() {
    pieces.close();
  }
}
