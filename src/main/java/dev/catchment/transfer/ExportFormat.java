package dev.catchment.transfer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The forms of an export. */
public enum ExportFormat {
  NDJSON("application/x-ndjson"),
  CSV("text/csv; charset=utf-8"),
  PARQUET("application/vnd.apache.parquet");

  private final String contentType;

  ExportFormat(String contentType) {
    this.contentType = contentType;
  }

  /** The word on the wire, which is also the ending of the file's name. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String contentType() {
    return contentType;
  }

  /** All words. */
  public static List<String> words() {
    return Arrays.stream(values()).map(ExportFormat::word).toList();
  }

  /** The form of a word that is one. */
  public static ExportFormat of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
