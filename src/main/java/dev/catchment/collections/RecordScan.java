package dev.catchment.collections;

import dev.catchment.db.Row;
import dev.catchment.db.TextIndex;
import dev.catchment.db.Tx;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Answers queries over the records of a collection, within bounds. Where an index has the order, it
 * is followed; where one knows the few records that can be wanted, only these are looked at;
 * otherwise records are looked at one after another until a bound.
 */
public final class RecordScan {
  /** What none of so many records holds is not common: the index knows it sooner. */
  private static final int PROBED_ROWS = 150;

  private final ScanBounds bounds;

  /** A scan within these bounds. */
  public RecordScan(ScanBounds bounds) {
    this.bounds = bounds;
  }

  /** One question. */
  private record Asked(
      CollectionRow collection, RecordQuery query, @Nullable RecordPlace after, int limit) {
    long generation() {
      return collection.table().generation();
    }
  }

  /**
   * A page of what the query wants, in its order.
   *
   * @param after the place of the last record of the page before; null for the first page
   * @param limit rows at most, at least 1
   */
  public RecordPage page(
      Tx tx, CollectionRow collection, RecordQuery query, @Nullable RecordPlace after, int limit) {
    Asked asked = new Asked(collection, query, after, limit);
    DeclaredIndexes indexes = RecordIndexes.ready(tx, collection);
    Optional<Walk> walk = Walk.of(asked.generation(), query, indexes);
    if (walk.isPresent() && query.wantsAll()) {
      return walked(tx, walk.get(), asked, limit + 1);
    }
    boolean restricted =
        query.where().ranges().containsKey(query.order().parts().getFirst().path());
    if (walk.isPresent() && restricted) {
      RecordPage first = walked(tx, walk.get(), asked, bounds.firstRows());
      if (isWhole(first, asked)) {
        return withoutBound(first);
      }
    }
    Optional<RecordPage> byValue = byValue(tx, asked, indexes, walk.isPresent());
    if (byValue.isPresent()) {
      return byValue.get();
    }
    if (query.needle() != null && query.needle().points() >= TextIndex.PART_MIN) {
      return byText(tx, asked, walk);
    }
    return scanned(tx, asked, walk);
  }

  /** Looks at records one after another, in the order or by their age. */
  private RecordPage scanned(Tx tx, Asked asked, Optional<Walk> walk) {
    return walk.isPresent() ? walked(tx, walk.get(), asked, bounds.rowsMax()) : sorted(tx, asked);
  }

  private RecordPage walked(Tx tx, Walk walk, Asked asked, int rowsMax) {
    WalkedPage page =
        new WalkedPage(walk, asked.query(), asked.limit(), new Meter(bounds.rows(rowsMax)));
    walk.each(tx, asked.after(), rowsMax + 1L, page);
    return page.page();
  }

  /** Sorts those last updated. */
  private RecordPage sorted(Tx tx, Asked asked) {
    TopRows top = new TopRows(asked.query(), asked.after(), asked.limit() + 1);
    Meter meter = new Meter(bounds);
    boolean[] cut = {false};
    Walk.newestFirst(asked.generation())
        .each(
            tx,
            null,
            bounds.rowsMax() + 1L,
            row -> {
              cut[0] = meter.isFull();
              if (!cut[0]) {
                String data = row.string("data");
                meter.count(data);
                top.offer(row, data);
              }
              return !cut[0];
            });
    return top.page(
        cut[0] ? new RecordPage.Bound.Newest(meter.rows()) : new RecordPage.Bound.None());
  }

  /** By the declared index that leaves the fewest records, if one leaves few. */
  private Optional<RecordPage> byValue(Tx tx, Asked asked, DeclaredIndexes indexes, boolean walks) {
    boolean byUpdate = asked.query().order().isByUpdate();
    // To follow the order costs less than to read and sort many.
    int max = walks && !byUpdate ? bounds.candidatesMax() : bounds.valuesMax();
    return indexes
        .narrowest(tx, asked.query().where().ranges(), max)
        .map(values -> {
          if (byUpdate) {
            return values.page(tx, asked.generation(), asked.query(), asked.after(), asked.limit());
          }
          TopRows top = new TopRows(asked.query(), asked.after(), asked.limit() + 1);
          values.each(tx, asked.generation(), top::offer);
          return top.page(new RecordPage.Bound.None());
        });
  }

  /** By the index of texts, unless what is searched for is common. */
  private RecordPage byText(Tx tx, Asked asked, Optional<Walk> walk) {
    if (walk.isPresent()) {
      RecordPage first = common(tx, asked, walk.get());
      if (isWhole(first, asked)) {
        return withoutBound(first);
      }
    }
    Optional<SearchIndexes.Index> index = SearchIndexes.find(tx, asked.generation());
    if (index.isEmpty()) {
      RecordPage page = scanned(tx, asked, walk);
      return SearchIndexes.isAllowed(asked.collection()) ? page.missingTexts() : page;
    }
    TopRows top = new TopRows(asked.query(), asked.after(), asked.limit() + 1);
    return candidates(tx, index.get(), asked, top)
        ? top.page(new RecordPage.Bound.None())
        : scanned(tx, asked, walk);
  }

  /** The first records in the order; few when they do not hold the text at all. */
  private RecordPage common(Tx tx, Asked asked, Walk walk) {
    int few = Math.min(PROBED_ROWS, bounds.firstRows());
    RecordPage first = walked(tx, walk, asked, few);
    return isWhole(first, asked) || first.rows().isEmpty()
        ? first
        : walked(tx, walk, asked, bounds.firstRows());
  }

  private static boolean isWhole(RecordPage page, Asked asked) {
    return page.bound() instanceof RecordPage.Bound.None || page.rows().size() == asked.limit();
  }

  /** A full page is whole, although the walk ended before it was known whether there is more. */
  private static RecordPage withoutBound(RecordPage page) {
    return new RecordPage(page.rows(), page.next(), new RecordPage.Bound.None());
  }

  /** Offers whatever may hold the text; false when that is too much. */
  private boolean candidates(Tx tx, SearchIndexes.Index index, Asked asked, TopRows top) {
    int max = bounds.candidatesMax();
    int[] seen = {0};
    Predicate<Row> taker =
        row -> {
          top.offer(row);
          return ++seen[0] <= max;
        };
    // What changed since the index was written is looked at as well.
    tx.each(
        """
        SELECT * FROM records WHERE generation = ? AND change_number > ? AND deleted = 0
         ORDER BY change_number LIMIT ?
        """,
        taker,
        index.generation(),
        index.changeNumber(),
        max + 1);
    Needle needle = asked.query().needle();
    if (seen[0] > max || needle == null) {
      return false;
    }
    TextIndex.of(tx.dialect())
        .each(
            tx,
            index.generation(),
            RareRuns.of(tx, index.generation(), needle),
            max + 1 - seen[0],
            taker);
    return seen[0] <= max;
  }

  /**
   * Hands over all that the query wants, in its order, as one snapshot and in memory that does not
   * grow with the number of records; an order that no index has costs the sort keys of each.
   *
   * @param after the place behind which to begin; null for the first record
   * @param taker answers whether it wants another record
   * @throws dev.catchment.base.Failure {@code INVALID} when the sort keys of an order that no index
   *     has take more than is set aside for them
   */
  public void each(
      Tx tx,
      CollectionRow collection,
      RecordQuery query,
      @Nullable RecordPlace after,
      Predicate<RecordRow> taker) {
    long generation = collection.table().generation();
    Optional<Walk> walk = Walk.of(generation, query, RecordIndexes.ready(tx, collection));
    if (walk.isPresent()) {
      walk.get()
          .each(
              tx,
              after,
              Long.MAX_VALUE,
              row -> !query.wants(row, row.string("data")) || taker.test(Records.row(row)));
    } else {
      SortedKeys.of(tx, generation, query, after).each(tx, generation, taker);
    }
  }
}
