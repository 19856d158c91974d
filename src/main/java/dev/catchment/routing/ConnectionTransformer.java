package dev.catchment.routing;

import dev.catchment.base.Failure;
import dev.catchment.db.Database;
import dev.catchment.delivery.Owed;
import dev.catchment.delivery.Payload;
import dev.catchment.delivery.Transformer;
import dev.catchment.log.EventFacts;
import dev.catchment.log.EventViews;
import dev.catchment.transform.TransformResult;
import dev.catchment.transform.Transforms;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the bodies of deliveries with the expressions of their connections. Safe for use by several
 * threads.
 */
public final class ConnectionTransformer implements Transformer {
  /** What a failure of a transform begins with. */
  static final String FAILED = "Transform error: ";

  private static final int KEPT_CHARS_MAX = 1 << 20;

  private final Database database;
  private final Transforms transforms;
  private final EventViews views;

  /** Texts by hash, the least used first. What a hash stands for never changes. */
  private final Map<String, String> texts = new LinkedHashMap<>(64, 0.75f, true);

  private int keptChars;

  /** Bodies made by the transforms of a node. */
  public ConnectionTransformer(Database database, Transforms transforms, EventViews views) {
    this.database = database;
    this.transforms = transforms;
    this.views = views;
  }

  @Override
  public Payload payload(Owed owed) {
    String text = text(owed);
    if (text == null) {
      return new Payload.Failed(FAILED + "the connection and its expression are gone");
    }
    TransformResult result;
    try {
      result = transforms.apply(text, views.of(owed.event()).body(), EventFacts.of(owed.event()));
    } catch (Failure e) {
      if (e.code() == Failure.Code.UNAVAILABLE) {
        return new Payload.NotNow("The transform could not be evaluated in time");
      }
      throw e;
    }
    return switch (result) {
      case TransformResult.Made made -> new Payload.Made(made.bytes());
      case TransformResult.Failed failed -> new Payload.Failed(FAILED + failed.reason());
    };
  }

  private @Nullable String text(Owed owed) {
    String hash = String.valueOf(owed.transform());
    synchronized (texts) {
      String known = texts.get(hash);
      if (known != null) {
        return known;
      }
    }
    Optional<String> found =
        database.read(
            tx -> TransformTexts.find(tx, owed.scope(), owed.connectionId(), owed.transform()));
    found.ifPresent(text -> remember(hash, text));
    return found.orElse(null);
  }

  private void remember(String hash, String text) {
    synchronized (texts) {
      if (texts.put(hash, text) == null) {
        keptChars += text.length();
      }
      var eldest = texts.values().iterator();
      while (texts.size() > 1 && keptChars > KEPT_CHARS_MAX) {
        keptChars -= eldest.next().length();
        eldest.remove();
      }
    }
  }
}
