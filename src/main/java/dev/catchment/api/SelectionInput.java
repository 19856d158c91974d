package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.db.Tx;
import dev.catchment.delivery.Destinations;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.expr.FilterRules;
import dev.catchment.ingest.Sources;
import dev.catchment.json.Json;
import dev.catchment.routing.Connections;
import dev.catchment.routing.EventFilter;
import dev.catchment.routing.EventRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The field {@code filter} of a body that says which events are meant. */
record SelectionInput(Members filter) {
  private static final String FIELD = "filter";
  private static final int SEARCH_CHARS_MAX = 1_000;

  /** The field of that body; an empty one when it is absent or null. */
  static SelectionInput of(Input input) {
    Json.Obj object = input.object(FIELD, null);
    return new SelectionInput(new Members(FIELD, object == null ? Json.object().build() : object));
  }

  /** An id in its one form; {@code <thing> not found} for a text that is no id. */
  @Nullable String id(String name, String thing) {
    String text = filter.text(name);
    return text == null ? null : Ids.parse(text).orElseThrow(() -> Failure.notFound(thing));
  }

  /** The smallest id of the millisecond at a time. */
  private @Nullable String idAt(String name) {
    String text = filter.text(name);
    if (text == null) {
      return null;
    }
    long time =
        Times.parse(text)
            .orElseThrow(() -> filter.fault(name, "must be an ISO 8601 time with an offset"));
    // An id holds 48 bits of milliseconds; every time beyond is after all of them.
    return time >= 1L << 48 ? "g" : Ids.floor(time);
  }

  /** Some of some words: a text with commas, or an array of texts. */
  private List<String> words(String name, List<String> allowed) {
    List<String> chosen = new ArrayList<>();
    switch (filter.get(name)) {
      case null -> {}
      case Json.Str(String text) -> {
        for (String part : text.split(",", -1)) {
          chosen.add(part.strip());
        }
      }
      case Json.Arr array -> {
        for (Json item : array.items()) {
          chosen.add(item instanceof Json.Str(String text) ? text : "");
        }
      }
      default -> chosen.add("");
    }
    if (!allowed.containsAll(chosen)) {
      throw filter.fault(name, "must be " + Input.choice(allowed));
    }
    return chosen.stream().distinct().toList();
  }

  private List<EventRow.Status> statuses() {
    return words("status", EventRow.Status.words()).stream()
        .map(word -> EventRow.Status.valueOf(word.toUpperCase(Locale.ROOT)))
        .toList();
  }

  /**
   * Events of which deliveries are to be retried; what is named must be in the scope.
   *
   * @param issue the dead letters of an issue; null for all failed deliveries
   */
  EventFilter failed(Tx tx, Scope scope, ManualRetries.@Nullable Wish issue) {
    String sourceId = id("source_id", "Source");
    String destinationId = id("destination_id", "Destination");
    String connectionId = id("connection_id", "Connection");
    require(tx, scope, sourceId, destinationId, connectionId);
    List<EventRow.Status> statuses = statuses();
    return new EventFilter(
        sourceId,
        statuses.isEmpty() && issue == null ? List.of(EventRow.Status.FAILED) : statuses,
        List.of(),
        new EventFilter.Checked(List.of(), List.of()),
        new ManualRetries.Wish(
            destinationId == null && issue != null ? issue.destinationId() : destinationId,
            connectionId,
            issue == null ? null : issue.issueId(),
            issue != null),
        null,
        idAt("after"),
        idAt("before"));
  }

  private static void require(
      Tx tx,
      Scope scope,
      @Nullable String sourceId,
      @Nullable String destinationId,
      @Nullable String connectionId) {
    if (sourceId != null) {
      Sources.check(tx, scope, sourceId);
    }
    if (destinationId != null) {
      Destinations.check(tx, scope, destinationId);
    }
    if (connectionId != null) {
      Connections.get(tx, scope, connectionId);
    }
  }

  /** Events to be sent again, of any time; duplicates are left out unless they are named. */
  EventFilter replayed(@Nullable String sourceId) {
    List<String> dedups = words("dedup_status", EventHandler.DEDUPS);
    String search = filter.text("search");
    if (search != null && search.length() > SEARCH_CHARS_MAX) {
      throw filter.fault("search", "must be at most " + SEARCH_CHARS_MAX + " characters");
    }
    return new EventFilter(
        sourceId,
        statuses(),
        words("method", EventHandler.METHODS),
        new EventFilter.Checked(
            words("verification_status", EventHandler.VERIFICATIONS),
            dedups.isEmpty() ? List.of("none", "unique") : dedups),
        ManualRetries.Wish.ANY,
        search == null || search.isEmpty() ? null : search,
        null,
        null);
  }

  FilterRules rules() {
    return FilterRules.parse(filter.get("rules"), FIELD + ".rules");
  }

  /** No event has come by a topic. */
  boolean excludesAll() {
    return filter.text("topic") != null;
  }
}
