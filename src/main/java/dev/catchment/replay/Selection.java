package dev.catchment.replay;

import dev.catchment.delivery.ManualRetries;
import dev.catchment.json.Json;
import dev.catchment.routing.EventFilter;
import dev.catchment.routing.EventRow;
import java.util.List;
import java.util.Locale;

/** Which events a job walks, as it is kept in its row. */
final class Selection {
  private Selection() {}

  static Json.Obj json(EventFilter filter) {
    return Json.object()
        .put("source_id", filter.sourceId())
        .put("status", Json.texts(filter.statuses().stream().map(EventRow.Status::word).toList()))
        .put("method", Json.texts(filter.methods()))
        .put("verification_status", Json.texts(filter.checked().verifications()))
        .put("dedup_status", Json.texts(filter.checked().dedups()))
        .put("destination_id", filter.deliveries().destinationId())
        .put("connection_id", filter.deliveries().connectionId())
        .put("issue_id", filter.deliveries().issueId())
        .put("dead", filter.deliveries().dead())
        .put("search", filter.search())
        .put("from", filter.from())
        .put("below", filter.below())
        .build();
  }

  static EventFilter read(Json.Obj kept) {
    return new EventFilter(
        kept.textOf("source_id"),
        texts(kept, "status").stream()
            .map(word -> EventRow.Status.valueOf(word.toUpperCase(Locale.ROOT)))
            .toList(),
        texts(kept, "method"),
        new EventFilter.Checked(texts(kept, "verification_status"), texts(kept, "dedup_status")),
        new ManualRetries.Wish(
            kept.textOf("destination_id"),
            kept.textOf("connection_id"),
            kept.textOf("issue_id"),
            Json.of(true).equals(kept.get("dead"))),
        kept.textOf("search"),
        kept.textOf("from"),
        kept.textOf("below"));
  }

  /** The events of the selection that a job which has come so far has not looked at. */
  static EventFilter after(EventFilter filter, String reached) {
    // Every id has the same length, so the longer text is the very next place after it.
    return reached.isEmpty() ? filter : filter.between(reached + "0", filter.below());
  }

  private static List<String> texts(Json.Obj kept, String name) {
    return kept.get(name) instanceof Json.Arr array
        ? array.items().stream().map(item -> ((Json.Str) item).value()).toList()
        : List.of();
  }
}
