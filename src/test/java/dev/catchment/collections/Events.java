package dev.catchment.collections;

import dev.catchment.base.Scope;
import dev.catchment.expr.BodyPath;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.log.StoredEvent;
import dev.catchment.testkit.Sample;
import dev.catchment.transform.TransformSettings;
import dev.catchment.transform.Transforms;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Locale;

/** Events and rules as the tests of this room write them. */
final class Events {
  static final Scope SCOPE = new Scope("0".repeat(32), "1".repeat(32));
  static final String SOURCE = "2".repeat(32);
  static final long RECEIVED = 1_772_357_400_000L;

  private Events() {}

  /** A JSON event received at {@link #RECEIVED}. */
  static StoredEvent json(long position, String body) {
    return json(position, RECEIVED, body);
  }

  static StoredEvent json(long position, long receivedAt, String body) {
    return stored(position, receivedAt, "application/json", "{\"x-id\":\"h1\"}", body);
  }

  static StoredEvent stored(
      long position, long receivedAt, String contentType, String headers, String body) {
    String id = String.format(Locale.ROOT, "%032x", position);
    return new StoredEvent(position, event(id, SOURCE, receivedAt, contentType, headers, body));
  }

  static Event event(
      String id, String source, long receivedAt, String type, String headers, String body) {
    return new Event(
        id,
        SCOPE,
        source,
        new Event.RequestFacts("POST", headers, "{}", type, "127.0.0.1"),
        body.getBytes(StandardCharsets.UTF_8),
        receivedAt);
  }

  /** Rules of an active collection; options as JSON. */
  static CollectionRow.FoldSpec spec(String keyPath, String options) {
    return new CollectionRow.FoldSpec(
        BodyPath.parse(keyPath, "primary_key_path"),
        BodyPath.parse("type", "event_type_field"),
        CollectionOptions.none().merged((Json.Obj) Json.read(options)),
        CollectionRow.Status.ACTIVE);
  }

  /** Folds collections without expressions. */
  static DataExpressions plainData() {
    return new DataExpressions(
        new Transforms(
            InstantSource.system(), System::nanoTime, new TransformSettings(1, 1L << 20)),
        Sample.VIEWS);
  }

  /** Folds an event of a collection without an expression. */
  static Fold.Outcome fold(CollectionRow.FoldSpec spec, StoredEvent event) {
    return Fold.of(spec, event, Sample.VIEWS.of(event));
  }
}
