package dev.catchment.insight;

import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.RecordPlace;
import dev.catchment.collections.RecordQuery;
import dev.catchment.collections.RecordRow;
import dev.catchment.collections.RecordScan;
import dev.catchment.db.Tx;
import dev.catchment.expr.RecordPath;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads samples of the newest records. Safe for use by several threads. */
public final class Samples {
  /** Data that one sample reads, unless a single record has more. */
  private static final long BYTES_MAX = 32L << 20;

  private final RecordScan scan;

  /** Samples that are read within the bounds of that scan. */
  public Samples(RecordScan scan) {
    this.scan = scan;
  }

  /** Of a sample: its fields, and between which times its records were last updated. */
  public static final class Sample {
    private final FieldTree fields = new FieldTree();
    private @Nullable Long newest;
    private @Nullable Long oldest;
    private long bytes;

    private Sample() {}

    private void add(RecordRow record) {
      fields.add(record.view().data());
      bytes += record.data().length();
      oldest = record.updatedAt();
      newest = newest == null ? oldest : newest;
    }

    private boolean isFull(int records) {
      return fields.records() >= records || bytes >= BYTES_MAX;
    }

    public FieldTree fields() {
      return fields;
    }

    /** Milliseconds since 1970; null for an empty sample. */
    public @Nullable Long newest() {
      return newest;
    }

    /** Milliseconds since 1970; null for an empty sample. */
    public @Nullable Long oldest() {
      return oldest;
    }
  }

  /** Two samples, one behind the other. */
  public record Pair(Sample before, Sample recent) {}

  /** The records that were last updated, newest first. */
  public Sample newest(Tx tx, CollectionRow collection, int records) {
    Sample sample = new Sample();
    each(
        tx,
        collection,
        null,
        record -> {
          sample.add(record);
          return !sample.isFull(records);
        });
    return sample;
  }

  /**
   * The newest records, and those before them.
   *
   * @param since where the recent ones end, which then may be fewer: records last updated at or
   *     after it are recent, others are not; null to take the records next to the recent ones
   * @param records in each sample at most
   */
  public Pair pair(Tx tx, CollectionRow collection, @Nullable Long since, int records) {
    Sample recent = new Sample();
    Sample before = new Sample();
    if (since == null) {
      each(
          tx,
          collection,
          null,
          record -> {
            (recent.isFull(records) ? before : recent).add(record);
            return !before.isFull(records);
          });
      return new Pair(before, recent);
    }
    each(
        tx,
        collection,
        null,
        record -> {
          if (record.updatedAt() < since) {
            return false;
          }
          recent.add(record);
          return !recent.isFull(records);
        });
    each(
        tx,
        collection,
        since,
        record -> {
          before.add(record);
          return !before.isFull(records);
        });
    return new Pair(before, recent);
  }

  private void each(
      Tx tx, CollectionRow collection, @Nullable Long before, Predicate<RecordRow> taker) {
    RecordQuery newestFirst = RecordQuery.parse(RecordQuery.Given.all());
    RecordPlace behind =
        before == null ? null : new RecordPlace(List.of(RecordPath.timeKey(before)), "");
    scan.each(tx, collection, newestFirst, behind, taker);
  }
}
