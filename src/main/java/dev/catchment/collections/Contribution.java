package dev.catchment.collections;

import dev.catchment.json.Json;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one event brings to its record. Pure. Holds the data as text alone: a batch has thousands of
 * these, and their trees would be several times as much.
 *
 * @param key the record's
 * @param data the event's data as text; null when it deletes the record
 * @param eventType what kind of event it is; null when that is not told
 * @param sourceEventAt the sender's time, milliseconds since 1970
 * @param timeFellBack whether the time path was set but gave no usable time
 */
record Contribution(
    String key,
    @Nullable String data,
    @Nullable String eventType,
    long sourceEventAt,
    boolean timeFellBack,
    StoredEvent event) {
  private static final Comparator<Contribution> BY_VERSION =
      Comparator.<Contribution>comparingLong(Contribution::sourceEventAt)
          .thenComparingLong(one -> one.event().position());

  /** What an event brings that was folded to this. */
  static Contribution of(Fold.Outcome.Change change, StoredEvent event) {
    Json data = change.data();
    return new Contribution(
        change.key(),
        data == null ? null : data.text(),
        change.eventType(),
        change.sourceEventAt(),
        change.timeFellBack(),
        event);
  }

  RecordRow.Version version() {
    return new RecordRow.Version(event.event().id(), sourceEventAt, event.position());
  }

  private long receivedAt() {
    return event.event().receivedAt();
  }

  /** The record of a key that had none. */
  RecordRow first(String id, boolean merges) {
    return new RecordRow(
        id,
        key,
        data == null ? "null" : merges ? merged(null) : data,
        eventType,
        version(),
        data == null,
        receivedAt(),
        receivedAt());
  }

  /** The record after an event that is newer than the one that holds it. */
  RecordRow over(RecordRow before, boolean merges) {
    return new RecordRow(
        before.id(),
        key,
        data == null
            ? before.data()
            : merges ? merged(before.deleted() ? null : Json.read(before.data())) : data,
        eventType,
        version(),
        data == null,
        Math.min(receivedAt(), before.createdAt()),
        receivedAt());
  }

  private String merged(@Nullable Json target) {
    return MergePatch.apply(target, Json.read(Objects.requireNonNull(data))).text();
  }

  /** The record after an event that came too late to matter. */
  RecordRow stale(RecordRow before) {
    return receivedAt() >= before.createdAt() ? before : with(before, before.data());
  }

  private RecordRow with(RecordRow before, String data) {
    return new RecordRow(
        before.id(),
        key,
        data,
        before.eventType(),
        before.version(),
        before.deleted(),
        Math.min(receivedAt(), before.createdAt()),
        before.updatedAt());
  }

  /**
   * A merged record after an event that came late: as if all had come in the order of their
   * versions. Where the events that made the record are no longer all known, the event only adds
   * what the record does not have.
   *
   * @param past the events of the record that were applied before, as far as they are known
   */
  RecordRow among(List<Contribution> past, RecordRow before) {
    if (before.deleted()) {
      return stale(before);
    }
    String made = past.isEmpty() ? null : merged(past, before.id()).data();
    if (made == null || !made.equals(before.data())) {
      return data == null
          ? stale(before)
          : with(
              before,
              MergePatch.under(Json.read(before.data()), Json.read(Objects.requireNonNull(data)))
                  .text());
    }
    List<Contribution> all = new ArrayList<>(past);
    all.add(this);
    return with(before, merged(all, before.id()).data());
  }

  /** A merged record from all its events, of which there is at least one, in any order. */
  static RecordRow merged(List<Contribution> all, String id) {
    List<Contribution> inOrder = all.stream().sorted(BY_VERSION).toList();
    RecordRow record = inOrder.getFirst().first(id, true);
    for (Contribution next : inOrder.subList(1, inOrder.size())) {
      record = next.over(record, true);
    }
    return record;
  }
}
