package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.DataExpressions;
import dev.catchment.collections.Difference;
import dev.catchment.collections.Moment;
import dev.catchment.collections.PastRecords;
import dev.catchment.collections.RecordRow;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.expr.RecordFields;
import dev.catchment.http.Handler;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Records of a collection as they were, and what became of them since. */
public final class PastRecordHandler {
  private static final String SEGMENT = "collections";
  private static final int LIMIT = 50;
  private static final int LIMIT_MAX = 100;

  /** Keys that one page looks at: it may be short when most had no record then. */
  private static final int KEYS_MAX = 2_000;

  private static final List<String> NOT_WITH_AS_OF =
      List.of("search", "event_type", "where", "sort");

  private final Database database;
  private final Gate gate;
  private final DataExpressions expressions;

  public PastRecordHandler(Database database, Gate gate, DataExpressions expressions) {
    this.database = database;
    this.gate = gate;
    this.expressions = expressions;
  }

  /** One handler for requests that name a moment, another for those that do not. */
  Handler orNow(Handler past, Handler now) {
    return request ->
        Params.of(request).text("as_of") == null ? now.handle(request) : past.handle(request);
  }

  /** {@code GET …/records/{key}?as_of=}. */
  Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    AsOf asOf = AsOf.of(Params.of(request), "as_of");
    RecordFields fields = RecordHandler.fields(Params.of(request));
    String key = request.path("key");
    Response response =
        database.read(tx -> {
          CollectionRow collection = CollectionPath.get(tx, scope, request);
          Moment moment = asOf.in(tx, collection);
          return switch (PastRecords.at(tx, expressions, collection, moment, List.of(key))
              .get(key)) {
            case PastRecords.Past.Present(RecordRow row) ->
                Response.json(
                    200,
                    Json.object()
                        .put("record", row(collection, row, fields))
                        .put("position", moment.position())
                        .build());
            case PastRecords.Past.Unknown unknown ->
                throw new Failure(
                    Failure.Code.GONE,
                    "The event that held this record then is no longer stored",
                    null);
            case null, default -> throw Failure.notFound("Record");
          };
        });
    return ETag.compared(request, response);
  }

  /** {@code GET …/records?as_of=}. */
  Response list(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    AsOf asOf = AsOf.of(params, "as_of");
    RecordFields fields = RecordHandler.fields(params);
    int limit = params.limit(LIMIT, LIMIT_MAX);
    for (String name : NOT_WITH_AS_OF) {
      if (params.text(name) != null) {
        throw Failure.query(name, "must not be given together with as_of");
      }
    }
    Optional<Cursor.Keyed> place = request.query().first("cursor").map(Cursor::keyed);
    Response response =
        database.read(tx -> {
          CollectionRow collection = CollectionPath.get(tx, scope, request);
          // Later pages are of the moment of the first, whatever has come meanwhile.
          Moment moment =
              place.isPresent()
                  ? Moment.after(tx, collection, place.get().position())
                  : asOf.in(tx, collection);
          Page page = new Page(expressions, collection, moment, limit, fields);
          page.read(tx, place.map(Cursor.Keyed::key).orElse(""));
          return Response.json(200, page.toJson());
        });
    return ETag.compared(request, response);
  }

  /** One page of what a collection held. */
  private static final class Page {
    private final DataExpressions expressions;
    private final CollectionRow collection;
    private final Moment moment;
    private final int limit;
    private final @Nullable RecordFields fields;
    private final List<Json> records = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private @Nullable String next;

    Page(
        DataExpressions expressions,
        CollectionRow collection,
        Moment moment,
        int limit,
        @Nullable RecordFields fields) {
      this.expressions = expressions;
      this.collection = collection;
      this.moment = moment;
      this.limit = limit;
      this.fields = fields;
    }

    void read(Tx tx, String after) {
      String reached = after;
      for (int looked = 0; looked < KEYS_MAX; looked += LIMIT_MAX) {
        List<String> keys = PastRecords.keys(tx, collection, reached, LIMIT_MAX);
        Map<String, PastRecords.Past> past =
            keys.isEmpty() ? Map.of() : PastRecords.at(tx, expressions, collection, moment, keys);
        for (Map.Entry<String, PastRecords.Past> one : past.entrySet()) {
          if (records.size() + unknown.size() == limit) {
            next = reached;
            return;
          }
          add(one.getKey(), one.getValue());
          reached = one.getKey();
        }
        if (keys.size() < LIMIT_MAX && past.size() == keys.size()) {
          return;
        }
      }
      next = reached;
    }

    private void add(String key, PastRecords.Past past) {
      switch (past) {
        case PastRecords.Past.Present(RecordRow record) ->
            records.add(row(collection, record, fields));
        case PastRecords.Past.Unknown none -> unknown.add(key);
        case PastRecords.Past.Absent none -> {}
      }
    }

    Json.Obj toJson() {
      return Json.object()
          .put("records", Json.array(records))
          .put("unknown", Json.texts(unknown))
          .put("position", moment.position())
          .put("has_more", next != null)
          .put(
              "next_cursor",
              next == null ? null : Cursor.of(new Cursor.Keyed(moment.position(), next)))
          .build();
    }
  }

  /** {@code GET …/diff?from=&to=}. */
  Response diff(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    AsOf from = AsOf.of(params, "from");
    AsOf to = AsOf.orNow(params, "to");
    boolean counts = Boolean.TRUE.equals(params.flag("counts"));
    int limit = params.limit(LIMIT, LIMIT_MAX);
    long @Nullable [] place =
        request.query().first("cursor").map(text -> Cursor.positions(text, 3)).orElse(null);
    Response response =
        database.read(tx -> {
          CollectionRow collection = CollectionPath.get(tx, scope, request);
          Moment begin = place == null ? from.in(tx, collection) : at(tx, collection, place[0]);
          Moment end = place == null ? to.in(tx, collection) : at(tx, collection, place[1]);
          if (begin.position() > end.position()) {
            throw Failure.query("to", "must not be before from");
          }
          Json.ObjBuilder answer =
              Json.object()
                  .put("from_position", begin.position())
                  .put("to_position", end.position());
          return Response.json(
              200,
              counts
                  ? counted(answer, Difference.counts(tx, collection, begin, end))
                  : listed(
                      answer,
                      collection,
                      Difference.page(
                          tx,
                          expressions,
                          collection,
                          new Difference.Span(
                              begin, end, place == null ? begin.position() : place[2]),
                          limit),
                      reached -> Cursor.of(begin.position(), end.position(), reached)));
        });
    return ETag.compared(request, response);
  }

  private static Moment at(Tx tx, CollectionRow collection, long position) {
    return Moment.after(tx, collection, position);
  }

  private static Json counted(Json.ObjBuilder answer, Difference.Counts counts) {
    return answer
        .put("inserted", counts.inserted())
        .put("updated", counts.updated())
        .put("deleted", counts.deleted())
        .put("exact", counts.exact())
        .build();
  }

  private static Json listed(
      Json.ObjBuilder answer,
      CollectionRow collection,
      Difference.Page page,
      LongFunction<String> cursor) {
    return answer
        .put(
            "changes",
            Json.array(
                page.changed().stream().map(changed -> changed(collection, changed)).toList()))
        .put("has_more", page.more())
        .put("next_cursor", page.more() ? cursor.apply(page.reached()) : null)
        .build();
  }

  private static Json changed(CollectionRow collection, Difference.Changed changed) {
    return Json.object()
        .put("record_key", changed.key())
        .put("change", changed.kind().word())
        .put("before", row(collection, changed.before(), null))
        .put("after", row(collection, changed.after(), null))
        .build();
  }

  /** A record that has been forgotten meanwhile has no id any more. */
  private static Json row(
      CollectionRow collection, @Nullable RecordRow record, @Nullable RecordFields fields) {
    if (record == null) {
      return Json.nil();
    }
    Json row = RecordHandler.row(collection, record, fields);
    return record.id().isEmpty()
        ? Json.object().putAll((Json.Obj) row).put("id", Json.nil()).build()
        : row;
  }
}
