package dev.catchment.collections;

import dev.catchment.base.Ids;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Tx;
import dev.catchment.log.Cursors;
import dev.catchment.log.SourceEvents;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a rebuild does, a piece at a time: folds what is stored into a generation of its own,
 * compares it with the records that are read, follows the projector until little is left, and puts
 * the generation in the place of the other.
 */
final class RebuildSteps {
  /** Positions of the log that one step follows, whosever events they are. */
  private static final long POSITIONS_MAX = 10_000;

  /** Positions and changes that may be left for the transaction that swaps. */
  private static final int REST_MAX = 500;

  private final Database database;
  private final Ids ids;
  private final DataExpressions expressions;
  private final Pieces pieces;
  private final Swap swap;

  RebuildSteps(
      Database database,
      Ids ids,
      DataExpressions expressions,
      RecordListener listener,
      Pieces pieces) {
    this.database = database;
    this.ids = ids;
    this.expressions = expressions;
    this.pieces = pieces;
    this.swap = new Swap(listener);
  }

  /** Does the next piece of a run that is a rebuild. */
  void step(Backfills.Run run) {
    Long building = run.collection().table().building();
    if (building == null) {
      return;
    }
    Rebuild rebuild = database.read(tx -> Rebuilds.find(tx, building)).orElse(null);
    if (rebuild == null) {
      // It has ended since the run was read.
      return;
    }
    switch (rebuild.phase()) {
      case FOLD -> fold(run, rebuild);
      case COMPARE -> write(run, tx -> compare(tx, run, rebuild));
      case FOLLOW -> {
        if (isNear(run.collection().progress().reached(), run, rebuild)) {
          write(run, true, tx -> finish(tx, run, rebuild));
        } else {
          follow(run, rebuild);
        }
      }
    }
  }

  @FunctionalInterface
  private interface Writing {
    void in(Tx tx);
  }

  private void write(Backfills.Run run, Writing writing) {
    write(run, false, writing);
  }

  /**
   * Writes unless the run was cancelled, changed or lost meanwhile.
   *
   * @param alone whether the projector must stand still: its cursor is locked before the row, as
   *     everybody does who locks both
   */
  private void write(Backfills.Run run, boolean alone, Writing writing) {
    database.write(
        Durability.DERIVED,
        tx -> {
          if (alone) {
            Cursors.disturb(tx, Collections.READER);
          }
          if (Backfills.hold(tx, run, Backfiller.LEASE_MILLIS)) {
            writing.in(tx);
          }
          return true;
        });
  }

  private void fold(Backfills.Run run, Rebuild rebuild) {
    Pieces.Piece piece = pieces.next(run, rebuild.position());
    write(
        run,
        tx -> {
          BatchWriter.write(tx, piece.batch(), Generation.built(rebuild.generation()), ids);
          Backfills.advance(tx, run, piece.reached(), piece.events());
          if (piece.last()) {
            Rebuilds.folded(tx, rebuild.generation(), changeNumber(tx, run));
          }
        });
  }

  private static long changeNumber(Tx tx, Backfills.Run run) {
    return fresh(tx, run).table().changeNumber();
  }

  private static CollectionRow fresh(Tx tx, Backfills.Run run) {
    return Collections.get(tx, run.collection().identity().scope(), run.collection().id());
  }

  private static void compare(Tx tx, Backfills.Run run, Rebuild rebuild) {
    Optional<String> last =
        new Comparison(tx, run.collection(), rebuild).slice(rebuild.comparedKey());
    if (last.isPresent()) {
      Rebuilds.compared(tx, rebuild.generation(), last.get());
    } else {
      Rebuilds.follow(tx, rebuild.generation());
    }
  }

  /** Whether what is left is little enough for the transaction that swaps. */
  private static boolean isNear(long reached, Backfills.Run run, Rebuild rebuild) {
    return reached - rebuild.position() <= REST_MAX
        && run.collection().table().changeNumber() - rebuild.told() <= REST_MAX;
  }

  private void follow(Backfills.Run run, Rebuild rebuild) {
    long end = Math.min(run.collection().progress().reached(), rebuild.position() + POSITIONS_MAX);
    List<StoredEvent> events = database.read(tx -> after(tx, run, rebuild, end));
    Batch batch = folded(run.collection(), events);
    long reached =
        events.isEmpty() || isAll(events)
            ? Math.max(end, rebuild.position())
            : events.getLast().position();
    write(run, tx -> apply(tx, run, rebuild, batch, reached));
  }

  private static boolean isAll(List<StoredEvent> events) {
    long bytes = events.stream().mapToLong(event -> event.event().body().length).sum();
    return events.size() < Pieces.BOUNDS.events() && bytes < Pieces.BOUNDS.bytes();
  }

  private static List<StoredEvent> after(Tx tx, Backfills.Run run, Rebuild rebuild, long end) {
    return SourceEvents.byPosition(tx, run.sourceId(), rebuild.position(), end, Pieces.BOUNDS);
  }

  private Batch folded(CollectionRow collection, List<StoredEvent> events) {
    Batch batch = new Batch(collection, expressions);
    events.stream().filter(event -> !event.event().isDuplicate()).forEach(batch::add);
    return batch;
  }

  /** Applies events that the projector has read, and compares all that changed on either side. */
  private void apply(Tx tx, Backfills.Run run, Rebuild rebuild, Batch batch, long reached) {
    long generation = rebuild.generation();
    Set<String> touched = new LinkedHashSet<>();
    BatchWriter.write(tx, batch, Generation.built(generation), ids)
        .forEach(change -> touched.add(change.after().key()));
    List<Records.Changed> changed =
        Records.changedAfter(
            tx, run.collection().table().generation(), rebuild.told(), Pieces.BOUNDS.events());
    changed.forEach(one -> touched.add(one.key()));
    new Comparison(tx, run.collection(), rebuild).keys(new ArrayList<>(touched));
    Rebuilds.followed(
        tx, generation, reached, changed.isEmpty() ? rebuild.told() : changed.getLast().number());
  }

  /** Applies the rest and swaps, unless more has come than fits one short transaction. */
  private void finish(Tx tx, Backfills.Run run, Rebuild rebuild) {
    CollectionRow now = fresh(tx, run);
    long reached = now.progress().reached();
    if (reached - rebuild.position() > REST_MAX
        || now.table().changeNumber() - rebuild.told() > REST_MAX) {
      return;
    }
    List<StoredEvent> rest = after(tx, run, rebuild, reached);
    if (!isAll(rest)) {
      return;
    }
    apply(tx, run, rebuild, folded(now, rest), Math.max(reached, rebuild.position()));
    swap.now(tx, now, Rebuilds.get(tx, rebuild.generation()));
  }
}
