package dev.catchment.collections;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a collection once more, as plainly as they can be said: apply every event that is
 * the collection's, one after the other, to a map.
 */
final class PlainFold {
  /** An event as the test made it, before it became JSON. */
  record Made(
      String id,
      long position,
      String source,
      long receivedAt,
      @Nullable String key,
      @Nullable Long at,
      @Nullable String skip,
      boolean gone,
      String data,
      @Nullable String type) {}

  /** What a record should look like, but for its id. */
  record State(
      String data,
      @Nullable String type,
      String eventId,
      long at,
      long position,
      boolean deleted,
      long createdAt,
      long updatedAt) {}

  final Map<String, State> states = new TreeMap<>();
  final Map<String, Long> skipped = new HashMap<>();
  long applied;
  long stale;
  long fallbacks;

  void apply(Made event) {
    if (event.skip() != null || event.key() == null) {
      skipped.merge(String.valueOf(event.skip()), 1L, Long::sum);
      return;
    }
    fallbacks += event.at() == null ? 1 : 0;
    long at = event.at() == null ? event.receivedAt() : event.at();
    State old = states.get(event.key());
    long created = old == null ? event.receivedAt() : Math.min(old.createdAt(), event.receivedAt());
    if (old != null && (at < old.at() || (at == old.at() && event.position() <= old.position()))) {
      stale++;
      states.put(
          event.key(),
          new State(
              old.data(),
              old.type(),
              old.eventId(),
              old.at(),
              old.position(),
              old.deleted(),
              created,
              old.updatedAt()));
      return;
    }
    applied++;
    String lastKnown = old == null ? "null" : old.data();
    states.put(
        event.key(),
        new State(
            event.gone() ? lastKnown : event.data(),
            event.type(),
            event.id(),
            at,
            event.position(),
            event.gone(),
            created,
            event.receivedAt()));
  }

  long live() {
    return states.values().stream().filter(state -> !state.deleted()).count();
  }

  Set<String> keys() {
    return states.keySet();
  }
}
