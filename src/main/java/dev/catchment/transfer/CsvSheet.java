package dev.catchment.transfer;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;
import dev.catchment.base.Times;
import dev.catchment.collections.RecordRow;
import dev.catchment.expr.RecordPath;
import dev.catchment.expr.RecordView;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * CSV of RFC 4180 in UTF-8. An empty string is written {@code ""}; what is null or absent leaves
 * the field empty.
 */
final class CsvSheet implements Sheet {
  private final CsvWriter csv;
  private final Writer text;
  private final Columns columns;
  private final boolean forSpreadsheets;

  /**
   * @param header whether the first line names the columns
   * @param forSpreadsheets whether text that a spreadsheet would take for a formula is preceded by
   *     an apostrophe
   */
  CsvSheet(OutputStream out, Columns columns, boolean header, boolean forSpreadsheets) {
    this.text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    this.columns = columns;
    this.forSpreadsheets = forSpreadsheets;
    this.csv =
        CsvWriter.builder()
            .lineDelimiter(LineDelimiter.CRLF)
            .quoteStrategy(QuoteStrategies.EMPTY)
            .autoFlush(false)
            .build(text);
    if (header) {
      header();
    }
  }

  private void header() {
    CsvWriter.CsvWriterRecord line = csv.writeRecord();
    for (String name :
        new String[] {
          "record_key",
          "event_type",
          "source_event_id",
          "source_event_at",
          "created_at",
          "updated_at"
        }) {
      line.writeField(name);
    }
    if (columns.paths().isEmpty()) {
      line.writeField("data");
    }
    for (RecordPath path : columns.paths()) {
      line.writeField(safe(path.toString()));
    }
    line.endRecord();
  }

  @Override
  public void write(RecordRow record) {
    CsvWriter.CsvWriterRecord line =
        csv.writeRecord()
            .writeField(safe(record.key()))
            .writeField(safe(record.eventType()))
            .writeField(record.version().sourceEventId())
            .writeField(Times.format(record.version().sourceEventAt()))
            .writeField(Times.format(record.createdAt()))
            .writeField(Times.format(record.updatedAt()));
    if (columns.paths().isEmpty()) {
      line.writeField(safe(record.data()));
    }
    RecordView view = record.view();
    for (RecordPath path : columns.paths()) {
      Columns.Cell cell = Columns.Cell.of(path, view);
      line.writeField(cell.isString() ? safe(cell.text()) : cell.text());
    }
    line.endRecord();
  }

  /** What begins like a formula, led by an apostrophe where that is wanted. */
  private @Nullable String safe(@Nullable String value) {
    return forSpreadsheets
            && value != null
            && !value.isEmpty()
            && "=+-@\t\r\n".indexOf(value.charAt(0)) >= 0
        ? "'" + value
        : value;
  }

  @Override
  public void finish() throws IOException {
    csv.flush();
    text.flush();
  }
}
