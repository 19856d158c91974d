package dev.catchment.retention;

import dev.catchment.base.Failure;
import dev.catchment.db.Database;
import dev.catchment.log.OldEvents.OldEvent;
import dev.catchment.routing.EventJson;
import dev.catchment.routing.EventRow;
import dev.catchment.routing.Events;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Expiring events as gzip NDJSON in {@code <dir>/<org_id>/<YYYY>/<MM>/<DD>.ndjson.gz}, by the UTC
 * day of receipt, one event a line. They are written before they are deleted: a crash between may
 * write an event twice, and loses none.
 */
final class Archive {
  private static final long RETRY_SECONDS = 60;
  private static final DateTimeFormatter MONTH =
      DateTimeFormatter.ofPattern("yyyy/MM", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("dd'.ndjson.gz'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** Where an event goes. */
  private record Place(Path folder, String name) {}

  private final Path dir;
  private final GzipFile files = new GzipFile();

  Archive(Path dir) {
    this.dir = dir;
  }

  /**
   * Writes the events; they are on the disk when this returns.
   *
   * @throws Failure {@code UNAVAILABLE} when they cannot be written now
   */
  void append(Database database, List<OldEvent> events) {
    List<Long> positions = events.stream().map(OldEvent::position).toList();
    Map<Place, ByteArrayOutputStream> texts = new LinkedHashMap<>();
    database.read(tx -> {
      for (EventRow row : Events.at(tx, positions)) {
        ByteArrayOutputStream text =
            texts.computeIfAbsent(place(row), any -> new ByteArrayOutputStream());
        text.writeBytes(EventJson.archived(row, Events.body(tx, row)).bytes());
        text.write('\n');
      }
      return true;
    });
    try {
      for (Map.Entry<Place, ByteArrayOutputStream> text : texts.entrySet()) {
        files.append(text.getKey().folder(), text.getKey().name(), text.getValue().toByteArray());
      }
    } catch (IOException e) {
      throw Failure.retryLater("The archive cannot be written: " + e, RETRY_SECONDS);
    }
  }

  private Place place(EventRow event) {
    Instant received = Instant.ofEpochMilli(event.receivedAt());
    return new Place(
        dir.resolve(event.scope().orgId()).resolve(MONTH.format(received)), DAY.format(received));
  }
}
