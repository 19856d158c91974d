package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.RecordPlace;
import dev.catchment.collections.RecordQuery;
import dev.catchment.db.Database;
import dev.catchment.expr.RecordFields;
import dev.catchment.http.Answer;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.http.Streamed;
import dev.catchment.transfer.Columns;
import dev.catchment.transfer.Export;
import dev.catchment.transfer.ExportFormat;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/collections/{id}/export}: the records of a collection as a file. */
public final class ExportHandler {
  private static final String SEGMENT = "collections";

  /** The order in which a reader can go on later; the usual one of an export. */
  private static final String BY_KEY = "$record_key";

  private static final Map.Entry<String, String> UNSTORED = Map.entry("Cache-Control", "no-store");

  private final Database database;
  private final Gate gate;
  private final Export export;

  public ExportHandler(Database database, Gate gate, Export export) {
    this.database = database;
    this.gate = gate;
    this.export = export;
  }

  /** Adds the route. */
  public void routes(Router router) {
    router.streamed("/v1/collections/{id}/export", this::export);
  }

  private Answer export(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    Export.Wanted wanted = wanted(params);
    CollectionRow collection = database.read(tx -> CollectionPath.get(tx, scope, request));
    // Read before the snapshot is: a file may be newer than its tag says, never older.
    ETag tag = CollectionPath.tag(request, collection);
    Optional<Response> unchanged = tag.unchanged(request);
    if (unchanged.isPresent()) {
      return unchanged.get().with(UNSTORED.getKey(), UNSTORED.getValue());
    }
    String file = collection.identity().slug() + "." + wanted.format().word();
    return new Streamed(
        List.of(
            Map.entry("Content-Type", wanted.format().contentType()),
            Map.entry("Content-Disposition", "attachment; filename=\"" + file + "\""),
            Map.entry("X-Content-Type-Options", "nosniff"),
            tag.header(),
            UNSTORED),
        Export.TIME_MAX,
        out -> export.write(scope, collection.id(), wanted, out));
  }

  private static Export.Wanted wanted(Params params) {
    String word = params.word("format", ExportFormat.words());
    if (word == null) {
      throw Failure.query("format", "must be " + Input.choice(ExportFormat.words()));
    }
    ExportFormat format = ExportFormat.of(word);
    String columns = params.text("columns");
    return new Export.Wanted(
        format,
        columns == null ? Columns.none() : Columns.parse(columns, "columns"),
        columns == null || format != ExportFormat.NDJSON
            ? null
            : RecordFields.parse(columns, "columns"),
        query(params),
        after(params, format),
        !Boolean.FALSE.equals(params.flag("header")),
        Boolean.TRUE.equals(params.flag("spreadsheet")));
  }

  private static RecordQuery query(Params params) {
    String sort = params.text("sort");
    return RecordQuery.parse(
        new RecordQuery.Given(
            params.text("search"),
            params.texts("event_type"),
            params.text("where"),
            sort == null ? BY_KEY : sort));
  }

  /** Behind which record to begin, for who has a part already. */
  private static @Nullable RecordPlace after(Params params, ExportFormat format) {
    String key = params.text("after_key");
    if (key == null) {
      return null;
    }
    String sort = params.text("sort");
    if (format == ExportFormat.PARQUET || (sort != null && !sort.equals(BY_KEY))) {
      throw Failure.query("after_key", "goes with ndjson or csv, sorted by " + BY_KEY);
    }
    return new RecordPlace(List.of(key.getBytes(StandardCharsets.UTF_8)), "");
  }
}
