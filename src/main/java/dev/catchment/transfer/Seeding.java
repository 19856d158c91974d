package dev.catchment.transfer;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.Collections;
import dev.catchment.collections.DataExpressions;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.log.Event;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Fills a collection from lines: each becomes an event of the collection's source in the log, like
 * one that was sent, but is not routed to anybody. So seeds last, and are there for a backfill or a
 * rebuild. Safe for use by several threads.
 */
public final class Seeding {
  /** Faulty lines that an answer names. */
  public static final int ERRORS_MAX = 100;

  /** Lines whose events are on their way to the log at once. */
  private static final int BATCH_LINES = 500;

  /** Bytes of such lines, unless a single one has more. */
  private static final int BATCH_BYTES = 8 << 20;

  private static final int AT_ONCE_MAX = 4;
  private static final long RETRY_SECONDS = 5;

  private final Database database;
  private final EventLog log;
  private final DataExpressions expressions;
  private final Ids ids;
  private final int lineMax;
  private final Quota quota;
  private final Semaphore places = new Semaphore(AT_ONCE_MAX);

  /** Says how many events may still be accepted. */
  @FunctionalInterface
  public interface Quota {
    /**
     * How many of so many more events there is room for: at least one, if one is asked for.
     *
     * @throws Failure {@code RATE_LIMITED} when there is no room
     */
    int admit(Tx tx, Scope scope, int events);
  }

  /**
   * @param lineMax bytes of one line, which is the body of an event
   */
  public Seeding(
      Database database,
      EventLog log,
      DataExpressions expressions,
      Ids ids,
      int lineMax,
      Quota quota) {
    this.database = database;
    this.log = log;
    this.expressions = expressions;
    this.ids = ids;
    this.lineMax = lineMax;
    this.quota = quota;
  }

  /**
   * How to read lines.
   *
   * @param bodies whether each is a whole body as senders send it, and not a record
   * @param ignored members of a record's line to be left out
   */
  public record Form(boolean bodies, Set<String> ignored) {}

  /** A line that was not imported, counted from 1. */
  public record Refused(long line, String reason) {}

  /**
   * What became of the lines.
   *
   * @param refused the first {@link #ERRORS_MAX} of those that were skipped
   */
  public record Outcome(long imported, long skipped, List<Refused> refused) {}

  /**
   * Imports all lines; what was imported is in the log when this returns, and the records follow
   * soon.
   *
   * @throws Failure {@code NOT_FOUND} when the collection or its source is gone, {@code CONFLICT}
   *     when it takes no events, {@code RATE_LIMITED} or {@code UNAVAILABLE}; once lines were
   *     imported, with the number of the first that was not
   */
  public Outcome run(Scope scope, String collectionId, Form form, InputStream lines)
      throws IOException {
    if (!places.tryAcquire()) {
      throw Failure.retryLater("Too many imports are under way", RETRY_SECONDS);
    }
    try {
      return new Run(scope, collectionId, form).all(new Lines(lines, lineMax));
    } finally {
      places.release();
    }
  }

  /** What a line has become. */
  private record Seed(long line, Event event) {}

  /** A collection that takes events, and for how many there is room. */
  private record Open(CollectionRow collection, int room) {}

  /** One import. */
  private final class Run {
    private final Scope scope;
    private final String collectionId;
    private final Form form;
    private final List<Refused> refused = new ArrayList<>();
    private long imported;
    private long skipped;
    private long line;

    Run(Scope scope, String collectionId, Form form) {
      this.scope = scope;
      this.collectionId = collectionId;
      this.form = form;
    }

    Outcome all(Lines lines) throws IOException {
      List<Seed> batch = new ArrayList<>();
      CollectionRow collection = open(0, 1).collection();
      SeedShape shape = new SeedShape(collection.fold(), expressions);
      long first = 1;
      int bytes = 0;
      for (Lines.Line next = lines.next(); next != null; next = lines.next()) {
        line = next.number();
        Event event = event(shape, collection, next);
        if (event != null) {
          batch.add(new Seed(line, event));
          bytes += event.body().length;
        }
        if (batch.size() >= BATCH_LINES || bytes >= BATCH_BYTES) {
          append(batch, first);
          first = line + 1;
          bytes = 0;
          // The rules may have changed since.
          collection = open(0, first).collection();
          shape = new SeedShape(collection.fold(), expressions);
        }
      }
      append(batch, first);
      return new Outcome(imported, skipped, List.copyOf(refused));
    }

    /**
     * The collection, with room for some of so many more events.
     *
     * @param first the first line that is not imported yet
     */
    private Open open(int events, long first) {
      try {
        return open(events);
      } catch (Failure e) {
        throw first == 1 ? e : e.adding(upTo(first));
      }
    }

    private static String upTo(long first) {
      return ": all lines before line " + first + " were imported";
    }

    private Open open(int events) {
      return database.read(tx -> {
        CollectionRow collection = Collections.get(tx, scope, collectionId);
        if (collection.identity().contentType() != null) {
          throw Failure.conflict("A feed takes its items by its own calls");
        }
        if (collection.identity().sourceName() == null) {
          throw Failure.notFound("Source");
        }
        if (collection.fold().status() == CollectionRow.Status.DISABLED) {
          throw Failure.conflict("Collection is disabled");
        }
        return new Open(collection, quota.admit(tx, scope, events));
      });
    }

    private @Nullable Event event(SeedShape shape, CollectionRow collection, Lines.Line next) {
      try {
        byte[] text = next.text();
        if (text == null) {
          throw new SeedLine.Unfit("is longer than " + lineMax + " bytes");
        }
        SeedLine wanted =
            SeedLine.parse(
                text, form.bodies() ? SeedLine.Form.BODIES : SeedLine.Form.RECORDS, form.ignored());
        Event event =
            shape.event(
                wanted,
                (request, body) ->
                    new Event(
                        ids.next(),
                        scope,
                        collection.identity().sourceId(),
                        request,
                        body,
                        database.now()));
        if (event.body().length > lineMax) {
          throw new SeedLine.Unfit("makes a body longer than " + lineMax + " bytes");
        }
        return event;
      } catch (SeedLine.Unfit e) {
        skipped++;
        if (refused.size() < ERRORS_MAX) {
          refused.add(new Refused(next.number(), e.reason()));
        }
        return null;
      }
    }

    /** As much of the batch at once as there is room for, and no more. */
    private void append(List<Seed> batch, long firstLine) {
      long first = firstLine;
      while (!batch.isEmpty()) {
        List<Seed> some = batch.subList(0, open(batch.size(), first).room());
        store(some.stream().map(Seed::event).toList(), first);
        imported += some.size();
        some.clear();
        first = batch.isEmpty() ? line + 1 : batch.getFirst().line();
      }
    }

    private void store(List<Event> events, long first) {
      List<CompletableFuture<StoredEvent>> appended = events.stream().map(log::append).toList();
      try {
        CompletableFuture.allOf(appended.toArray(CompletableFuture<?>[]::new)).join();
      } catch (CompletionException e) {
        throw Failure.retryLater("Service unavailable" + upTo(first), 1);
      }
    }
  }
}
