package dev.catchment.retention;

import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.OpenDatabase;
import dev.catchment.json.Json;
import dev.catchment.log.Cursors;
import dev.catchment.log.Event;
import dev.catchment.log.EventLog;
import dev.catchment.log.LogBounds;
import dev.catchment.log.StoredEvent;
import dev.catchment.observe.Metrics;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import dev.catchment.worker.Step;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** A log with readers, deliveries and a retention that the test drives, on a clock of its own. */
final class CleanedNode implements AutoCloseable {
  static final long START = Duration.ofDays(20_000).toMillis();
  static final String SOURCE = "a".repeat(32);
  private static final long LEASE_MILLIS = 10_000;

  final SettableClock clock = new SettableClock(START);
  final Ids ids = new Ids(clock, new SplittableRandom(3));
  final Database database;
  final EventLog log;

  CleanedNode(BothDatabases.Store store) {
    database = new OpenDatabase(clock, new Metrics()).open(store.settings("a"));
    log = new EventLog(database, new LogBounds(10_000, 1 << 26, 1 << 20, 100 << 20));
  }

  Retention retention(String node, RetentionSettings settings) {
    return new Retention(database, new Cursors(database, node, LEASE_MILLIS), settings);
  }

  static RetentionSettings days(int days) {
    return new RetentionSettings(days, 0, 90, Duration.ofHours(24), Optional.empty());
  }

  static RetentionSettings archived(int days, Path dir) {
    return new RetentionSettings(days, 0, 90, Duration.ofHours(24), Optional.of(dir));
  }

  /** An event that is looked at for duplicates by that key. */
  StoredEvent receiveKeyed(String key, long windowMillis) {
    return log.append(
            new Event(
                ids.next(),
                Sample.SCOPE,
                SOURCE,
                new Event.RequestFacts("POST", "{}", "{}", null, null),
                new byte[] {1},
                clock.millis(),
                new Event.Checks(null, null, new Event.Dedup(key, windowMillis, null))))
        .join();
  }

  StoredEvent receive(String source, Scope scope, byte[] body) {
    Event event =
        new Event(
            ids.next(),
            scope,
            source,
            Sample.event("", source, "text/plain", body).request(),
            body,
            clock.millis());
    return log.append(event).join();
  }

  StoredEvent receive(String body) {
    return receive(SOURCE, Sample.SCOPE, body.getBytes(StandardCharsets.UTF_8));
  }

  /** The log's readers have come that far. */
  void read(String reader, long position) {
    database.write(tx ->
        tx.update(
            """
            INSERT INTO cursors (name, position, owner, owned_until, claim_number)
            VALUES (?, ?, NULL, 0, 0)
            ON CONFLICT (name) DO UPDATE SET position = excluded.position
            """,
            reader,
            position));
  }

  void readAll() {
    long head = database.read(EventLog::head);
    read("routing", head);
    read("collections", head);
  }

  void attempts(StoredEvent event, int count, boolean open) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(
          new @Nullable Object[] {
            ids.next(),
            event.event().scope().orgId(),
            event.event().scope().envId(),
            event.event().id(),
            event.position(),
            open,
            open ? "pending" : "success"
          });
    }
    database.write(tx ->
        tx.batch(
            """
            INSERT INTO attempts (id, org_id, env_id, event_id, event_position, open, status,
              connection_id, destination_id, request_url, request_method, request_body_size,
              created_at, attempt_number, round_start, trigger_type, claim_number, is_dlq)
            VALUES (?, ?, ?, ?, ?, ?, ?, 'c', 'd', 'https://d.example', 'POST', 0, 0, 1, 1,
              'initial', 0, 0)
            """,
            rows));
  }

  /** Runs steps, moving the clock as they ask, until a round is over; says how long it waits. */
  long round(Retention retention) {
    while (true) {
      Step.Next.At next = (Step.Next.At) retention.step();
      long wait = next.epochMillis() - clock.millis();
      if (wait >= 60_000) {
        return wait;
      }
      clock.set(next.epochMillis());
    }
  }

  long number(String sql) {
    return database.read(tx -> tx.number(sql));
  }

  List<Long> positions() {
    return database.read(tx ->
        tx.list("SELECT position FROM events ORDER BY position", row -> row.number("position")));
  }

  /** Every line below a folder, file by file. */
  static List<Json.Obj> lines(Path dir) throws IOException {
    List<Json.Obj> lines = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> found = Files.walk(dir)) {
      files = found.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
        new String(in.readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .forEach(line -> lines.add((Json.Obj) Json.read(line)));
      }
    }
    return lines;
  }

  @Override
  public void close() {
    database.close();
  }
}
