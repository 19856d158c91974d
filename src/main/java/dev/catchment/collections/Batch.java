package dev.catchment.collections;

import dev.catchment.base.Ids;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Applies a run of events to the records of one collection in memory: the pure middle of a step,
 * between reading the rows of the keys concerned and writing what came of it.
 */
final class Batch {
  /**
   * An event that reached a record, whether or not it holds it now.
   *
   * @param deletes whether the event deletes the record
   */
  record Reached(String key, long position, long sourceEventAt, boolean deletes) {}

  /**
   * An event that gave nothing to keep, and why.
   *
   * @param detail where was looked and what was found
   */
  record Skip(String reason, String detail, StoredEvent event) {}

  /**
   * What the store knows of the batch's events.
   *
   * @param fresh the positions of those that had not reached their record before; only they count
   * @param skipped the positions of those that were skipped before, which do not count again
   * @param past for merged records with a late event all their events; empty where that is not
   *     known
   */
  record Known(Set<Long> fresh, Set<Long> skipped, Map<String, Batch> past) {}

  private final CollectionRow collection;
  private final DataExpressions expressions;
  private final List<Contribution> inputs = new ArrayList<>();
  private final Map<String, StoredEvent> events = new LinkedHashMap<>();
  private final List<Skip> skips = new ArrayList<>();
  private final Map<String, Long> skipped = new TreeMap<>();
  private final Map<String, RecordChange> changes = new LinkedHashMap<>();
  private long applied;
  private long stale;
  private long timeFallbacks;

  Batch(CollectionRow collection, DataExpressions expressions) {
    this.collection = collection;
    this.expressions = expressions;
  }

  /** An empty batch of the same collection. */
  Batch another() {
    return new Batch(collection, expressions);
  }

  CollectionRow collection() {
    return collection;
  }

  /** Looks at the next event of the log. */
  void add(StoredEvent event) {
    switch (expressions.fold(collection.fold(), event)) {
      case Fold.Outcome.PassedOver passedOver -> {}
      case Fold.Outcome.Skipped skip ->
          skips.add(
              new Skip(
                  skip.reason(),
                  expressions.skipDetail(collection.fold(), event, skip.reason()),
                  event));
      case Fold.Outcome.Change change -> inputs.add(Contribution.of(change, event));
    }
  }

  /** Whether nothing that was added is to be applied or counted. */
  boolean isEmpty() {
    return inputs.isEmpty() && skips.isEmpty();
  }

  /** The keys whose rows must be known before {@link #apply}. */
  List<String> keys() {
    return inputs.stream().map(Contribution::key).distinct().toList();
  }

  private boolean merges() {
    return collection.fold().options().shape().merge() == FoldShape.Merge.DEEP;
  }

  /** The keys of merged records that an event reached after a newer one, or is about to. */
  Set<String> lateKeys(Map<String, RecordRow> rows, Set<Long> fresh) {
    if (!merges()) {
      return Set.of();
    }
    Map<String, RecordRow.Version> newest = new HashMap<>();
    rows.forEach((key, row) -> newest.put(key, row.version()));
    Set<String> late = new LinkedHashSet<>();
    for (Contribution input : inputs) {
      RecordRow.Version held = newest.get(input.key());
      if (held == null || input.version().isAfter(held)) {
        newest.put(input.key(), input.version());
      } else if (fresh.contains(input.event().position())) {
        late.add(input.key());
      }
    }
    return late;
  }

  /**
   * Applies everything that was added, in order, to the rows as they are. May be called again, when
   * the transaction is tried again: then only the last call counts.
   */
  void apply(Map<String, RecordRow> rows, Known known, Ids ids) {
    changes.clear();
    events.clear();
    skipped.clear();
    applied = 0;
    stale = 0;
    timeFallbacks = 0;
    for (Skip skip : skips) {
      if (!known.skipped().contains(skip.event().position())) {
        skipped.merge(skip.reason(), 1L, Long::sum);
      }
    }
    Set<Long> ahead = new HashSet<>(known.past().isEmpty() ? Set.of() : known.fresh());
    for (Contribution input : inputs) {
      String key = input.key();
      RecordChange earlier = changes.get(key);
      RecordRow before = earlier == null ? rows.get(key) : earlier.after();
      RecordRow after = after(before, input, known, ahead, ids);
      ahead.remove(input.event().position());
      boolean held = isOtherwise(before, after);
      if (known.fresh().contains(input.event().position())) {
        timeFallbacks += input.timeFellBack() ? 1 : 0;
        applied += held ? 1 : 0;
        stale += held ? 0 : 1;
      }
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

  private static boolean isOtherwise(@Nullable RecordRow before, RecordRow after) {
    return before == null
        || !after.version().equals(before.version())
        || !after.data().equals(before.data());
  }

  /**
   * The record after an event.
   *
   * @param ahead for merged records the positions of events that are yet to be applied, this one
   *     included
   */
  private RecordRow after(
      @Nullable RecordRow before, Contribution input, Known known, Set<Long> ahead, Ids ids) {
    if (before == null) {
      return input.first(newId(input.key(), ids), merges());
    }
    if (input.version().isAfter(before.version())) {
      return input.over(before, merges());
    }
    Batch past = known.past().get(input.key());
    if (past == null || !ahead.contains(input.event().position())) {
      return input.stale(before);
    }
    return input.among(
        past.inputs.stream()
            .filter(one -> one.key().equals(input.key()))
            .filter(one -> !ahead.contains(one.event().position()))
            .toList(),
        before);
  }

  private String newId(String key, Ids ids) {
    // Whoever makes an item by hand must know its id before it is applied.
    return collection.identity().contentType() != null && key.startsWith(Collections.HAND_MADE_KEY)
        ? Ids.parse(key.substring(Collections.HAND_MADE_KEY.length())).orElseGet(ids::next)
        : ids.next();
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
                input.key(), input.event().position(), input.sourceEventAt(), input.data() == null))
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
