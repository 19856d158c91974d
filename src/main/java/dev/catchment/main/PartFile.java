package dev.catchment.main;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.catchment.json.Json;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * An export that is not whole yet. It stands beside its target, whose name it gets when it is
 * whole, so that a file of that name is never a part.
 */
final class PartFile {
  private final Path target;
  private final Path part;
  private final boolean csv;

  /**
   * @param csv whether its records are of CSV, else lines of JSON
   */
  PartFile(Path target, boolean csv) {
    this.target = target;
    this.part = target.resolveSibling(target.getFileName() + ".part");
    this.csv = csv;
  }

  Path path() {
    return part;
  }

  /** Forgets what there is. */
  void restart() throws IOException {
    Files.deleteIfExists(part);
  }

  /** Cuts off what is behind the last whole record and gives its key; empty without a record. */
  Optional<String> resume() throws IOException {
    if (!Files.exists(part)) {
      return Optional.empty();
    }
    Span last = lastWhole();
    Optional<String> key = last.records() == 0 ? Optional.empty() : key(last);
    if (key.isEmpty()) {
      restart();
      return key;
    }
    try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
      file.setLength(last.end());
    }
    return key;
  }

  /**
   * The last whole record.
   *
   * @param records how many there are, without the header of CSV
   */
  private record Span(long start, long end, long records) {}

  private Span lastWhole() throws IOException {
    long start = 0;
    long end = 0;
    long lines = 0;
    boolean quoted = false;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(part), 1 << 16)) {
      long at = 0;
      for (int b = in.read(); b >= 0; b = in.read()) {
        at++;
        // A quote inside a quoted field stands twice, which changes nothing here.
        quoted ^= csv && b == '"';
        if (b == '\n' && !quoted) {
          start = end;
          end = at;
          lines++;
        }
      }
    }
    return new Span(start, end, Math.max(0, lines - (csv ? 1 : 0)));
  }

  private Optional<String> key(Span span) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(span.end() - span.start())];
    try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "r")) {
      file.seek(span.start());
      file.readFully(bytes);
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (csv) {
      try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(text)) {
        return reader.stream().findFirst().map(record -> record.getField(0));
      }
    }
    return Json.parse(text)
        .filter(Json.Obj.class::isInstance)
        .map(line -> ((Json.Obj) line).get("record_key"))
        .filter(Json.Str.class::isInstance)
        .map(key -> ((Json.Str) key).value());
  }

  /** Writes behind what there is. */
  OutputStream append() throws IOException {
    return Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** It is whole. */
  void finish() throws IOException {
    Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
  }
}
