package dev.catchment.log;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Tx;
import dev.catchment.db.Work;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The log. Appends wait together for one commit; reads serve the newest events from memory and
 * older ones from the store. Safe for use by several threads.
 */
public final class EventLog {
  /** How many events share one commit. */
  private static final int GROUP_MAX = 1_000;

  private record Waiting(Event event, CompletableFuture<StoredEvent> future) {}

  private final Database database;
  private final LogBounds bounds;
  private final Tail tail;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final ExecutorService acknowledging =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("catchment-acknowledge").daemon(true).factory());
  private long waitingBytes;
  private boolean flushing;

  /**
   * The log over a store. A process has one for each store: where no other process writes, the log
   * takes the newest event it appended itself for the end, and asks the store no more.
   */
  public EventLog(Database database, LogBounds bounds) {
    this.database = database;
    this.bounds = bounds;
    this.tail = new Tail(bounds.tailBytes());
  }

  /** What readers see of its events. */
  public EventViews views() {
    return new EventViews(bounds.decodedBytes());
  }

  /**
   * Appends the event. The future completes only after the commit that makes it durable, on a
   * thread shared by all appends, so what follows on it must be short. It fails with {@code
   * UNAVAILABLE} when too much is waiting, the store is away or does not take this event; then it
   * was not stored, unless the connection was lost while it was being committed.
   */
  public CompletableFuture<StoredEvent> append(Event event) {
    Waiting one = new Waiting(event, new CompletableFuture<>());
    boolean start;
    synchronized (waiting) {
      if (waiting.size() >= bounds.queueEvents()
          || waitingBytes + event.weight() > bounds.queueBytes()) {
        return CompletableFuture.failedFuture(Failure.unavailable());
      }
      waiting.addLast(one);
      waitingBytes += event.weight();
      start = !flushing;
      flushing = true;
    }
    if (start) {
      flush();
    }
    return one.future();
  }

  /**
   * Appends the event that the work makes, in one transaction with whatever else the work does. For
   * events that are few: each takes a transaction of its own.
   *
   * @param work may be run again when its transaction has to be
   * @return completes as {@link #append(Event)} does, and fails with whatever the work throws
   */
  public CompletableFuture<StoredEvent> appendBy(Work<Event> work) {
    return database
        .submit(
            Durability.SYNCED,
            tx -> {
              List<StoredEvent> stored = EventWriter.append(tx, List.of(work.in(tx)));
              tx.afterCommit(() -> tail.add(stored));
              tx.notify(Channel.LOG);
              return stored.getFirst();
            })
        // What follows is none of the store's thread's work.
        .thenApplyAsync(Function.identity(), acknowledging);
  }

  /**
   * Gives the stored events of a source to another scope, with what was counted for it. For a
   * source that has few of them: it is one transaction.
   */
  public static void move(Tx tx, String sourceId, Scope to) {
    tx.update(
        "UPDATE events SET org_id = ?, env_id = ? WHERE source_id = ?",
        to.orgId(),
        to.envId(),
        sourceId);
    // Nobody's quota has paid for them.
    tx.update(
        "UPDATE source_totals SET org_id = ?, month_count = 0 WHERE source_id = ?",
        to.orgId(),
        sourceId);
  }

  /** Queues one transaction for whatever is waiting when its turn comes. */
  private void flush() {
    List<Waiting> group = new ArrayList<>();
    // The outcome reaches everyone who waits inside the callback itself.
    var _ =
        database
            .submit(Durability.SYNCED, tx -> write(tx, group))
            .whenComplete((stored, failure) -> {
              if (failure == null) {
                // Telling those who wait is none of the store's thread's work.
                acknowledging.execute(() -> settle(group, stored, null));
              } else if (group.size() > 1 && !isAway(failure)) {
                group.forEach(this::appendAlone);
              } else {
                settle(group, List.of(), failure);
              }
              if (hasMore()) {
                flush();
              }
            });
  }

  /** One event that cannot be stored must not take its neighbours with it. */
  private void appendAlone(Waiting one) {
    List<Waiting> alone = List.of(one);
    var _ =
        database
            .submit(Durability.SYNCED, tx -> write(tx, alone))
            .whenComplete(
                (stored, failure) -> settle(alone, failure == null ? stored : List.of(), failure));
  }

  /** Whether the store is at fault and not an event, so that trying again is of no use now. */
  private static boolean isAway(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof Failure;
  }

  private List<StoredEvent> write(Tx tx, List<Waiting> group) {
    // A group that was rolled back comes again with the same events.
    if (group.isEmpty()) {
      take(group);
    }
    List<StoredEvent> stored = EventWriter.append(tx, group.stream().map(Waiting::event).toList());
    tx.afterCommit(() -> tail.add(stored));
    tx.notify(Channel.LOG);
    return stored;
  }

  private void take(List<Waiting> group) {
    synchronized (waiting) {
      while (group.size() < GROUP_MAX && !waiting.isEmpty()) {
        Waiting one = waiting.removeFirst();
        waitingBytes -= one.event().weight();
        group.add(one);
      }
    }
  }

  private boolean hasMore() {
    synchronized (waiting) {
      flushing = !waiting.isEmpty();
      return flushing;
    }
  }

  private void settle(List<Waiting> group, List<StoredEvent> stored, @Nullable Throwable failure) {
    if (failure == null) {
      for (int i = 0; i < group.size(); i++) {
        group.get(i).future().complete(stored.get(i));
      }
      return;
    }
    if (group.isEmpty()) {
      // The transaction never began; those who wait must not wait for ever.
      take(group);
    }
    Failure unavailable = Failure.unavailable(failure);
    group.forEach(one -> one.future().completeExceptionally(unavailable));
  }

  /**
   * What follows the position, in order: at most {@code max} events and, but for a single larger
   * one, 16 MiB of bodies. Empty only at the end of the log.
   */
  public List<StoredEvent> readAfter(long position, int max) {
    if (!database.isShared() && tail.endsAt(position)) {
      return List.of();
    }
    List<StoredEvent> recent = tail.after(position, max);
    return recent.isEmpty() ? database.read(tx -> EventRows.after(tx, position, max)) : recent;
  }

  /** The events at these positions, at most 500 of them; missing ones are left out. */
  public List<StoredEvent> readAt(List<Long> positions) {
    return positions.isEmpty() ? List.of() : database.read(tx -> EventRows.at(tx, positions));
  }

  /** The event at a position, if it is still stored. */
  public static Optional<StoredEvent> at(Tx tx, long position) {
    return EventRows.at(tx, List.of(position)).stream().findFirst();
  }

  /**
   * Events in the order of their positions: those that are still stored of the first ones, as many
   * as keep within 16 MiB of bodies, but at least one.
   *
   * @param positions at most 500
   * @return the events, and how many of the positions they answer for
   */
  public static Found readAt(Tx tx, List<Long> positions) {
    return positions.isEmpty() ? new Found(List.of(), 0) : EventRows.within(tx, positions);
  }

  /**
   * What was found of some events.
   *
   * @param looked how many of the positions asked for were looked at, from the first
   */
  public record Found(List<StoredEvent> events, int looked) {}

  /** When those of the events that are still stored were received, by position. */
  public static Map<Long, Long> receivedAt(Tx tx, List<Long> positions) {
    return EventRows.receivedAt(tx, positions);
  }

  /**
   * The place in the log of the newest event of a source that was received at that time or before;
   * 0 when none is stored.
   *
   * @param epochMillis up to the year 10,000
   */
  public static long positionAt(Tx tx, String sourceId, long epochMillis) {
    return tx.number(
        "SELECT position AS n FROM events WHERE source_id = ? AND id < ? ORDER BY id DESC LIMIT 1",
        sourceId,
        Ids.floor(epochMillis + 1));
  }

  /** Whether the event of that id is still stored. */
  public static boolean isStored(Tx tx, Scope scope, String id) {
    return tx.number(
            "SELECT COUNT(*) AS n FROM events WHERE env_id = ? AND id = ?", scope.envId(), id)
        > 0;
  }

  /** Whether the event of that id is still stored and has exactly this body. */
  public static boolean hasBody(Tx tx, Scope scope, String id, byte[] body) {
    return EventRows.body(tx, scope, id, body.length)
        .map(stored -> Arrays.equals(stored, body))
        .orElse(false);
  }

  /** The last position given out; 0 in an empty log. */
  public static long head(Tx tx) {
    return tx.number("SELECT position AS n FROM log_head WHERE one = 1");
  }
}
