package dev.catchment.api;

import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.Collections;
import dev.catchment.collections.RecordChanges;
import dev.catchment.collections.RecordRow;
import dev.catchment.collections.Records;
import dev.catchment.db.Tx;
import dev.catchment.delivery.AttemptRow;
import dev.catchment.delivery.Attempts;
import dev.catchment.issues.Issues;
import dev.catchment.json.Json;
import dev.catchment.live.LiveDeliveries;
import dev.catchment.live.LiveRecords;
import dev.catchment.live.News;
import dev.catchment.live.Tellers;
import dev.catchment.log.StoredEvent;
import dev.catchment.routing.EventJson;
import dev.catchment.routing.EventRow;
import dev.catchment.routing.Events;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What happens, as the rows of this API. */
public final class LiveRows {
  private LiveRows() {}

  /** The tellers of everything there is. */
  public static Tellers tellers() {
    return new Tellers(
        LiveRows::events,
        Map.of(
            Tellers.Change.DELIVERIES, LiveRows::attempts,
            Tellers.Change.RECORDS, LiveRows::records,
            Tellers.Change.ISSUES, LiveRows::issues),
        LiveRows::change);
  }

  private static Json change(CollectionRow collection, RecordChanges.Change change, String cursor) {
    RecordRow row = change.row();
    return Json.object()
        .put("cursor", cursor)
        .put("op", row.deleted() ? "delete" : "upsert")
        .put("record_key", row.key())
        .put("record", row.deleted() ? Json.nil() : RecordHandler.row(collection, row))
        .put("event_id", row.version().sourceEventId())
        .put("changed_at", Times.format(change.changedAt()))
        .build();
  }

  private static List<News> events(Tx tx, List<StoredEvent> events) {
    Map<Long, StoredEvent> byPosition = new HashMap<>();
    events.forEach(event -> byPosition.put(event.position(), event));
    List<News> news = new ArrayList<>();
    for (EventRow row : Events.at(tx, events.stream().map(StoredEvent::position).toList())) {
      StoredEvent event = byPosition.get(row.position());
      byte[] body = event == null ? new byte[0] : event.event().body();
      String sourceId = row.from().sourceId();
      news.add(
          new News(
              row.scope().envId(),
              List.of("events", "events:" + sourceId),
              "event",
              row.position(),
              EventJson.row(row, body.length > EventJson.PARSED_BYTES_MAX ? null : body)));
    }
    return news;
  }

  private static List<News> attempts(Tx tx, String envId, List<String> marks) {
    Map<String, AttemptRow> rows = new HashMap<>();
    Attempts.byId(tx, envId, marks.stream().map(mark -> mark.substring(1)).distinct().toList())
        .forEach(row -> rows.put(row.id(), row));
    List<News> news = new ArrayList<>();
    for (String mark : marks) {
      AttemptRow row = rows.get(mark.substring(1));
      if (row != null) {
        // It may have ended since; who hears of it hears of its beginning first.
        news.add(attempt(mark.charAt(0) == LiveDeliveries.BEGUN ? row.asPending() : row));
      }
    }
    return news;
  }

  private static News attempt(AttemptRow row) {
    return new News(
        row.scope().envId(),
        List.of("deliveries", "deliveries:" + row.subject().destinationId()),
        "delivery",
        0,
        AttemptHandler.row(row));
  }

  private static List<News> issues(Tx tx, String envId, List<String> ids) {
    return Issues.byId(tx, envId, ids.stream().distinct().toList()).stream()
        .map(issue ->
            new News(issue.scope().envId(), List.of("issues"), "issue", 0, IssueHandler.row(issue)))
        .toList();
  }

  private static List<News> records(Tx tx, String of, List<String> keys) {
    Optional<CollectionRow> found =
        Collections.find(tx, LiveRecords.envId(of), LiveRecords.collectionId(of));
    if (found.isEmpty()) {
      return List.of();
    }
    CollectionRow collection = found.get();
    Map<String, RecordRow> rows = Records.byKey(tx, collection.table().generation(), keys);
    Scope scope = collection.identity().scope();
    return keys.stream()
        .map(rows::get)
        .filter(java.util.Objects::nonNull)
        .map(row ->
            new News(
                scope.envId(),
                List.of("collections:" + collection.id()),
                "record",
                0,
                record(collection, row)))
        .toList();
  }

  private static Json record(CollectionRow collection, RecordRow row) {
    return Json.object()
        .put("op", row.deleted() ? "delete" : "upsert")
        .put("record_key", row.key())
        .put("record", row.deleted() ? Json.nil() : RecordHandler.row(collection, row))
        .put("event_id", row.version().sourceEventId())
        .build();
  }
}
