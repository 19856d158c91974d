package dev.catchment.live;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one may subscribe to within an environment.
 *
 * @param id of the source, destination or collection; null for all, and for a custom channel
 * @param text the name in its one form
 */
public record ChannelName(Kind kind, @Nullable String id, String text) {
  private static final Pattern CUSTOM = Pattern.compile("[A-Za-z0-9._-]{1,200}");

  /** What is told on a channel. */
  public enum Kind {
    EVENTS("events", "Source"),
    DELIVERIES("deliveries", "Destination"),
    ISSUES("issues", null),
    COLLECTION("collections", "Collection"),
    /** What websocket destinations send. */
    CUSTOM("", null);

    private final String word;
    private final @Nullable String thing;

    Kind(String word, @Nullable String thing) {
      this.word = word;
      this.thing = thing;
    }

    /** The channel that has all of this kind. */
    public String word() {
      return word;
    }
  }

  /**
   * The channel of that name.
   *
   * @throws Failure {@code INVALID} when no channel may have the name, {@code NOT_FOUND} for an id
   *     that is none
   */
  public static ChannelName parse(String name) {
    int colon = name.indexOf(':');
    String word = colon < 0 ? name : name.substring(0, colon);
    for (Kind kind : Kind.values()) {
      if (!word.isEmpty() && kind.word.equals(word)) {
        return known(kind, colon < 0 ? null : name.substring(colon + 1));
      }
    }
    if (!CUSTOM.matcher(name).matches()) {
      throw Failure.invalid("Unknown channel");
    }
    return new ChannelName(Kind.CUSTOM, null, name);
  }

  private static ChannelName known(Kind kind, @Nullable String id) {
    boolean fits = id == null ? kind != Kind.COLLECTION : kind.thing != null;
    if (!fits) {
      throw Failure.invalid("Unknown channel");
    }
    if (id == null) {
      return new ChannelName(kind, null, kind.word);
    }
    String parsed = Ids.parse(id).orElseThrow(() -> Failure.notFound(String.valueOf(kind.thing)));
    return new ChannelName(kind, parsed, kind.word + ":" + parsed);
  }
}
