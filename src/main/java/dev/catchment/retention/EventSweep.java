package dev.catchment.retention;

import dev.catchment.collections.Collections;
import dev.catchment.collections.Lag;
import dev.catchment.collections.RecordEvents;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.delivery.Attempts;
import dev.catchment.delivery.Destinations;
import dev.catchment.log.Cursors;
import dev.catchment.log.LogEdge;
import dev.catchment.log.OldEvents;
import dev.catchment.log.OldEvents.OldEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removes old events: looks at a window of them, leaves out what somebody still needs, and archives
 * and deletes the rest in slices. An event goes with its body and its attempts.
 */
final class EventSweep implements Task {
  /** Events that are looked at in one read. */
  static final int WINDOW_MAX = 500;

  /** Rows, events and attempts together, that one transaction deletes. */
  static final int SLICE_ROWS_MAX = 300;

  /** Bytes of bodies that one transaction deletes, unless a single event has more. */
  static final long SLICE_BYTES_MAX = 4L << 20;

  private static final List<String> READERS =
      List.of(Destinations.ROUTING_READER, Collections.READER);

  /** Finds what is too old. */
  interface Finder {
    /**
     * The next window of events; empty when there is none in this round. Windows never come back.
     *
     * @param below only events before this position may go
     */
    Optional<List<OldEvent>> next(Tx tx, long below);
  }

  private record Candidate(OldEvent event, long attempts) {}

  private final Database database;
  private final Finder finder;
  private final Optional<Archive> archive;
  private final ArrayDeque<Candidate> candidates = new ArrayDeque<>();

  /** Whether the first slice of the candidates has been archived. */
  private boolean archived;

  EventSweep(Database database, Finder finder, Optional<Archive> archive) {
    this.database = database;
    this.finder = finder;
    this.archive = archive;
  }

  @Override
  public Outcome slice(Lease lease) {
    if (candidates.isEmpty() && !look()) {
      return Outcome.DONE;
    }
    List<Candidate> slice = firstSlice();
    if (slice.isEmpty()) {
      return Outcome.LOOKED;
    }
    // They leave the queue only after the commit: what fails is tried again.
    if (remove(lease, slice)) {
      slice.forEach(any -> candidates.removeFirst());
      archived = false;
    }
    return Outcome.REMOVED;
  }

  private boolean look() {
    return database.read(tx -> {
      long slowest = Cursors.slowest(tx, READERS, Retention.NAME);
      Optional<List<OldEvent>> window = finder.next(tx, slowest);
      window.ifPresent(events -> candidates.addAll(free(tx, events, slowest)));
      return window.isPresent();
    });
  }

  private static List<Candidate> free(Tx tx, List<OldEvent> events, long slowest) {
    Map<String, Long> waiting = Lag.waiting(tx);
    List<OldEvent> read =
        events.stream()
            .filter(event -> event.position() < slowest)
            .filter(
                event -> event.position() <= waiting.getOrDefault(event.sourceId(), Long.MAX_VALUE))
            .toList();
    List<String> ids = read.stream().map(OldEvent::id).toList();
    Set<String> unfinished = Attempts.unfinished(tx, ids);
    Map<String, Long> attempts = Attempts.countByEvent(tx, ids);
    return read.stream()
        .filter(event -> !unfinished.contains(event.id()))
        .map(event -> new Candidate(event, attempts.getOrDefault(event.id(), 0L)))
        .toList();
  }

  private List<Candidate> firstSlice() {
    List<Candidate> slice = new ArrayList<>();
    long rows = 0;
    long bytes = 0;
    for (Candidate candidate : candidates) {
      rows += 1 + candidate.attempts();
      bytes += candidate.event().payloadSize();
      if (!slice.isEmpty() && (rows > SLICE_ROWS_MAX || bytes > SLICE_BYTES_MAX)) {
        break;
      }
      slice.add(candidate);
    }
    return slice;
  }

  /** Whether the events are gone; else only some of their attempts are. */
  private boolean remove(Lease lease, List<Candidate> slice) {
    List<OldEvent> events = slice.stream().map(Candidate::event).toList();
    if (archive.isPresent() && !archived) {
      archive.get().append(database, events);
      archived = true;
    }
    Candidate first = slice.getFirst();
    if (first.attempts() >= SLICE_ROWS_MAX) {
      // One event with more attempts than a transaction takes: it goes last.
      int some = lease.write(tx -> Attempts.deleteEnded(tx, first.event().id(), SLICE_ROWS_MAX));
      if (some == SLICE_ROWS_MAX) {
        return false;
      }
    }
    lease.write(tx -> delete(tx, events));
    return true;
  }

  private static int delete(Tx tx, List<OldEvent> events) {
    // Somebody may have asked for one more attempt meanwhile; from now on nobody can.
    OldEvents.hold(tx, events.stream().map(OldEvent::position).toList());
    Set<String> unfinished = Attempts.unfinished(tx, events.stream().map(OldEvent::id).toList());
    List<OldEvent> gone =
        events.stream().filter(event -> !unfinished.contains(event.id())).toList();
    Attempts.deleteEnded(tx, gone.stream().map(OldEvent::id).toList());
    LogEdge.moved(tx, gone);
    List<Long> positions = gone.stream().map(OldEvent::position).toList();
    RecordEvents.delete(tx, gone.stream().map(OldEvent::sourceId).distinct().toList(), positions);
    return OldEvents.delete(tx, positions);
  }
}
