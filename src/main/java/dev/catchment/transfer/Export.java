package dev.catchment.transfer;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.Collections;
import dev.catchment.collections.RecordPlace;
import dev.catchment.collections.RecordQuery;
import dev.catchment.collections.RecordRow;
import dev.catchment.collections.RecordScan;
import dev.catchment.db.Database;
import dev.catchment.expr.RecordFields;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of a collection as a file, from one snapshot and in constant memory. Safe for
 * use by several threads.
 */
public final class Export {
  /** How long one export may hold its snapshot, which the store cannot clean up behind. */
  public static final Duration TIME_MAX = Duration.ofMinutes(10);

  /** Each holds one of the store's few reading connections. */
  private static final int AT_ONCE_MAX = 2;

  private static final long RETRY_SECONDS = 5;

  /** A client that reads nothing is cut off before this. */
  private static final Duration PAUSE_MAX = Duration.ofMinutes(2);

  private final Database database;
  private final RecordScan scan;
  private final Semaphore places = new Semaphore(AT_ONCE_MAX);

  public Export(Database database, RecordScan scan) {
    this.database = database;
    this.scan = scan;
  }

  /**
   * What is written.
   *
   * @param columns in the place of the data, but for NDJSON
   * @param fields what is left of the data in NDJSON; null for all
   * @param after the place behind which to begin; null for the first record
   * @param header whether CSV begins with the names of its columns
   * @param forSpreadsheets whether CSV is made safe to open in a spreadsheet
   */
  public record Wanted(
      ExportFormat format,
      Columns columns,
      @Nullable RecordFields fields,
      RecordQuery query,
      @Nullable RecordPlace after,
      boolean header,
      boolean forSpreadsheets) {}

  /**
   * Writes all of it.
   *
   * @throws Failure {@code NOT_FOUND} when the collection is gone, {@code UNAVAILABLE} when too
   *     many exports are under way, {@code INVALID} when there are too many records for their order
   * @throws IOException from {@code out}
   */
  public void write(Scope scope, String collectionId, Wanted wanted, OutputStream out)
      throws IOException {
    if (!places.tryAcquire()) {
      throw Failure.retryLater("Too many exports are under way", RETRY_SECONDS);
    }
    try {
      database.readSlowly(
          PAUSE_MAX,
          tx -> {
            CollectionRow collection = Collections.get(tx, scope, collectionId);
            Sheet sheet = sheet(wanted, out);
            scan.each(
                tx, collection, wanted.query(), wanted.after(), record -> written(sheet, record));
            finish(sheet);
            return true;
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      places.release();
    }
  }

  private static Sheet sheet(Wanted wanted, OutputStream out) {
    try {
      return switch (wanted.format()) {
        case NDJSON -> new NdjsonSheet(out, wanted.fields());
        case CSV -> new CsvSheet(out, wanted.columns(), wanted.header(), wanted.forSpreadsheets());
        case PARQUET -> new ParquetSheet(out, wanted.columns());
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean written(Sheet sheet, RecordRow record) {
    try {
      sheet.write(record);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void finish(Sheet sheet) {
    try {
      sheet.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
