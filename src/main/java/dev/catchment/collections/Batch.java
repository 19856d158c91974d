package dev.catchment.collections;

import dev.catchment.base.Ids;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Applies a run of events to the records of one collection in memory: the pure middle of a step,
 * between reading the rows of the keys concerned and writing what came of it.
 */
final class Batch {
  /**
   * A change that an event asks for.
   *
   * @param data the record's data as text; null when the event deletes it
   */
  private record Input(Fold.Outcome.Change change, @Nullable String data, StoredEvent event) {}

  /**
   * An event that reached a record, whether or not it holds it now.
   *
   * @param deletes whether the event deletes the record
   */
  record Reached(String key, long position, long sourceEventAt, boolean deletes) {}

  /** An event that gave nothing to keep, and why. */
  record Skip(String reason, StoredEvent event) {}

  private final CollectionRow collection;
  private final List<Input> inputs = new ArrayList<>();
  private final Map<String, StoredEvent> events = new LinkedHashMap<>();
  private final Map<String, Long> skipped = new TreeMap<>();
  private final List<Skip> skips = new ArrayList<>();
  private final Map<String, RecordChange> changes = new LinkedHashMap<>();
  private long applied;
  private long stale;
  private long timeFallbacks;

  Batch(CollectionRow collection) {
    this.collection = collection;
  }

  CollectionRow collection() {
    return collection;
  }

  /** Looks at the next event of the log. */
  void add(StoredEvent event) {
    switch (Fold.of(collection.fold(), event)) {
      case Fold.Outcome.PassedOver passedOver -> {}
      case Fold.Outcome.Skipped skip -> {
        skipped.merge(skip.reason(), 1L, Long::sum);
        skips.add(new Skip(skip.reason(), event));
      }
      case Fold.Outcome.Change change ->
          inputs.add(new Input(change, change.data() == null ? null : change.data().text(), event));
    }
  }

  /** Whether nothing that was added is to be applied or counted. */
  boolean isEmpty() {
    return inputs.isEmpty() && skipped.isEmpty();
  }

  /** The keys whose rows must be known before {@link #apply}. */
  List<String> keys() {
    return inputs.stream().map(input -> input.change().key()).distinct().toList();
  }

  /**
   * Applies everything that was added, in order, to the rows as they are. May be called again, when
   * the transaction is tried again: then only the last call counts.
   */
  void apply(Map<String, RecordRow> rows, Ids ids) {
    changes.clear();
    events.clear();
    applied = 0;
    stale = 0;
    timeFallbacks = 0;
    for (Input input : inputs) {
      String key = input.change().key();
      RecordChange earlier = changes.get(key);
      RecordRow before = earlier == null ? rows.get(key) : earlier.after();
      RecordRow after = next(before, input, ids);
      timeFallbacks += input.change().timeFellBack() ? 1 : 0;
      boolean held = before == null || !after.version().equals(before.version());
      applied += held ? 1 : 0;
      stale += held ? 0 : 1;
      if (!after.equals(before)) {
        changes.put(
            key,
            new RecordChange(
                earlier == null ? before : earlier.before(),
                after,
                held || (earlier != null && earlier.held())));
        events.put(input.event().event().id(), input.event());
      }
    }
  }

  private String newId(String key, Ids ids) {
    // Whoever makes an item by hand must know its id before it is applied.
    return collection.identity().contentType() != null && key.startsWith(Collections.HAND_MADE_KEY)
        ? Ids.parse(key.substring(Collections.HAND_MADE_KEY.length())).orElseGet(ids::next)
        : ids.next();
  }

  private RecordRow next(@Nullable RecordRow before, Input input, Ids ids) {
    Fold.Outcome.Change change = input.change();
    long receivedAt = input.event().event().receivedAt();
    RecordRow.Version version =
        new RecordRow.Version(
            input.event().event().id(), change.sourceEventAt(), input.event().position());
    if (before != null && !version.isAfter(before.version())) {
      return receivedAt >= before.createdAt()
          ? before
          : new RecordRow(
              before.id(),
              before.key(),
              before.data(),
              before.eventType(),
              before.version(),
              before.deleted(),
              receivedAt,
              before.updatedAt());
    }
    String data = input.data() != null ? input.data() : before != null ? before.data() : "null";
    return new RecordRow(
        before == null ? newId(change.key(), ids) : before.id(),
        change.key(),
        data,
        change.eventType(),
        version,
        change.data() == null,
        before == null ? receivedAt : Math.min(receivedAt, before.createdAt()),
        receivedAt);
  }

  /** One for each key whose row changed, in the order of the first change. */
  List<RecordChange> changes() {
    return List.copyOf(changes.values());
  }

  /** The events behind the changes, by id. */
  Map<String, StoredEvent> events() {
    return events;
  }

  /** Every change that was added with its event, those without effect included. */
  List<Reached> reached() {
    return inputs.stream()
        .map(input ->
            new Reached(
                input.change().key(),
                input.event().position(),
                input.change().sourceEventAt(),
                input.change().data() == null))
        .toList();
  }

  /** The events that gave nothing to keep. */
  List<Skip> skips() {
    return skips;
  }

  /** What to add to the collection's counts. */
  Counts counts() {
    long appeared = changes.values().stream().filter(RecordChange::appeared).count();
    long vanished = changes.values().stream().filter(RecordChange::vanished).count();
    long tombstones =
        changes.values().stream().filter(Batch::isNewTombstone).count()
            - changes.values().stream().filter(Batch::isRevived).count();
    return new Counts(
        appeared - vanished, tombstones, applied, stale, Map.copyOf(skipped), timeFallbacks);
  }

  private static boolean isNewTombstone(RecordChange change) {
    return change.after().deleted() && (change.before() == null || !change.before().deleted());
  }

  private static boolean isRevived(RecordChange change) {
    return !change.after().deleted() && change.before() != null && change.before().deleted();
  }

  /**
   * What a batch adds to the collection's counts.
   *
   * @param records may be negative
   * @param tombstones may be negative
   * @param skipped reason to count
   */
  record Counts(
      long records,
      long tombstones,
      long applied,
      long stale,
      Map<String, Long> skipped,
      long timeFallbacks) {}
}
