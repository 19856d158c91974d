package dev.catchment.transfer;

import dev.catchment.base.Times;
import dev.catchment.collections.CollectionOptions;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.DataExpressions;
import dev.catchment.collections.Fold;
import dev.catchment.collections.FoldShape;
import dev.catchment.db.Storable;
import dev.catchment.expr.BodyPath;
import dev.catchment.expr.BodyShape;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.log.StoredEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a line the event that the collection folds into the record the line describes, or says
 * why there is none. What it makes is folded before it is given away, so a line never becomes
 * another record than it says.
 */
final class SeedShape {
  private final CollectionRow.FoldSpec spec;
  private final DataExpressions expressions;

  SeedShape(CollectionRow.FoldSpec spec, DataExpressions expressions) {
    this.spec = spec;
    this.expressions = expressions;
  }

  /** Makes an event of a request. */
  interface EventMaker {
    Event make(Event.RequestFacts request, byte[] body);
  }

  /** A body with the headers of its request. */
  private record Draft(Json body, Map<String, String> headers) {}

  /** The event of a line. */
  Event event(SeedLine line, EventMaker maker) throws SeedLine.Unfit {
    BodyPath dataPath = spec.options().dataPath();
    boolean twoWays = !line.isBody() && dataPath != null && BodyShape.mayDrop(dataPath);
    try {
      return event(line, maker, twoWays);
    } catch (SeedLine.Unfit e) {
      if (!twoWays) {
        throw e;
      }
      // The data may have a member of the name that stands for the body.
      return event(line, maker, false);
    }
  }

  private Event event(SeedLine line, EventMaker maker, boolean dropped) throws SeedLine.Unfit {
    Draft draft = draft(line, dropped);
    Event event =
        maker.make(
            new Event.RequestFacts(
                Event.SEED_METHOD, headers(draft.headers()), "{}", "application/json", null),
            draft.body().bytes());
    check(line, expressions.fold(spec, new StoredEvent(0, event)));
    return event;
  }

  private static String headers(Map<String, String> headers) {
    Json.ObjBuilder object = Json.object().put("content-type", "application/json");
    headers.forEach(object::put);
    return object.build().text();
  }

  private Draft draft(SeedLine line, boolean dropped) throws SeedLine.Unfit {
    CollectionOptions options = spec.options();
    Draft draft = new Draft(line.data(), new LinkedHashMap<>());
    BodyPath dataPath = options.dataPath();
    if (dataPath != null && !line.isBody()) {
      draft =
          new Draft(
              BodyShape.with(null, dataPath, dropped, line.data())
                  .orElseThrow(() -> new SeedLine.Unfit("cannot be put at data_path")),
              draft.headers());
    }
    // Of a key of several parts nobody can tell which is which.
    draft = options.shape().keyPaths().isEmpty() ? with(draft, spec.keyPath(), line.key()) : draft;
    draft = with(draft, spec.typePath(), line.eventType());
    Long time = line.sourceEventAt();
    return with(draft, options.eventTimePath(), time == null ? null : Times.format(time));
  }

  /**
   * The draft with a text at a path that leads nowhere in it so far; the fold tells if that fits.
   */
  private static Draft with(Draft draft, @Nullable BodyPath path, @Nullable String text) {
    if (path == null
        || text == null
        || path.find(Optional.of(draft.body()), draft.headers()).isPresent()) {
      return draft;
    }
    Optional<String> header = BodyShape.header(path);
    if (header.isPresent()) {
      Map<String, String> headers = new LinkedHashMap<>(draft.headers());
      headers.put(header.get(), text);
      return new Draft(draft.body(), headers);
    }
    return BodyShape.with(draft.body(), path, BodyShape.mayDrop(path), Json.of(text))
        .map(body -> new Draft(body, draft.headers()))
        .orElse(draft);
  }

  private void check(SeedLine line, Fold.Outcome outcome) throws SeedLine.Unfit {
    switch (outcome) {
      case Fold.Outcome.PassedOver passedOver ->
          throw new SeedLine.Unfit("include_when does not let it through");
      case Fold.Outcome.Skipped skipped ->
          throw new SeedLine.Unfit("gives no record: " + skipped.reason());
      case Fold.Outcome.Change change -> check(line, change);
    }
  }

  private void check(SeedLine line, Fold.Outcome.Change change) throws SeedLine.Unfit {
    Json data = change.data();
    if (data == null) {
      throw new SeedLine.Unfit("delete_when would delete it");
    }
    if (line.isBody()) {
      return;
    }
    if (line.key() != null && !Storable.text(line.key()).equals(change.key())) {
      throw new SeedLine.Unfit("has another key at primary_key_path than its record_key");
    }
    if (spec.options().shape().dataExpression() != null) {
      throw new SeedLine.Unfit("cannot be a record's, because data_expression makes the data");
    }
    if (!data.equals(line.data())) {
      throw new SeedLine.Unfit(
          "has no place for what its data do not hold, since the data are the whole body");
    }
    if (spec.options().shape().merge() == FoldShape.Merge.DEEP && hasNullMember(data)) {
      throw new SeedLine.Unfit("has members that are null, which a merge would leave out");
    }
    if (line.eventType() != null && !line.eventType().equals(change.eventType())) {
      throw new SeedLine.Unfit(
          "has an event_type that event_type_field cannot give; leave it out or ignore it");
    }
    if (line.sourceEventAt() != null && line.sourceEventAt() != change.sourceEventAt()) {
      throw new SeedLine.Unfit(
          "has a source_event_at that event_time_path cannot give; leave it out or ignore it");
    }
  }

  /** Whether a merge would take a member for one to be removed; arrays are merged whole. */
  private static boolean hasNullMember(Json value) {
    return value instanceof Json.Obj object
        && object.members().values().stream()
            .anyMatch(member -> member instanceof Json.Null || hasNullMember(member));
  }
}
