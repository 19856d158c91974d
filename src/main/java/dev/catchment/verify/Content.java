package dev.catchment.verify;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The template of the signed bytes: text with {@code {body}}, {@code {timestamp}}, {@code {id}}
 * and, for schemes of our own list, {@code {url}}, {@code {method}} and {@code {secret}}.
 */
final class Content {
  /** A place to be filled. */
  private enum Hole {
    BODY,
    TIMESTAMP,
    ID,
    URL,
    METHOD,
    SECRET
  }

  private sealed interface Part {
    record Fixed(byte[] bytes) implements Part {}

    record Open(Hole hole) implements Part {}
  }

  private static final Pattern HOLES = Pattern.compile("\\{([a-z_]*)}");

  private final List<Part> parts;

  private Content(List<Part> parts) {
    this.parts = parts;
  }

  /** The template of a text. Throws {@link IllegalArgumentException} for an unknown name. */
  static Content parse(String text) {
    List<Part> parts = new ArrayList<>();
    Matcher matcher = HOLES.matcher(text);
    int at = 0;
    while (matcher.find()) {
      if (matcher.start() > at) {
        parts.add(fixed(text.substring(at, matcher.start())));
      }
      parts.add(new Part.Open(Hole.valueOf(matcher.group(1).toUpperCase(Locale.ROOT))));
      at = matcher.end();
    }
    if (at < text.length()) {
      parts.add(fixed(text.substring(at)));
    }
    return new Content(List.copyOf(parts));
  }

  private static Part fixed(String text) {
    return new Part.Fixed(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Whether the sender's URL is a part of it. */
  boolean signsUrl() {
    return has(Hole.URL);
  }

  boolean signsBody() {
    return has(Hole.BODY);
  }

  boolean signsTimestamp() {
    return has(Hole.TIMESTAMP);
  }

  boolean signsId() {
    return has(Hole.ID);
  }

  /** Whether it names what only schemes of our own list may. */
  boolean signsMoreThanBodyTimeAndId() {
    return has(Hole.URL) || has(Hole.METHOD) || has(Hole.SECRET);
  }

  private boolean has(Hole hole) {
    return parts.stream().anyMatch(part -> part instanceof Part.Open open && open.hole == hole);
  }

  Filled fill(SignedRequest request, @Nullable String timestamp, @Nullable String id, String url) {
    return new Filled(this, request, timestamp, id, url);
  }

  /** The template with the values of one request, header texts exactly as received. */
  record Filled(
      Content content,
      SignedRequest request,
      @Nullable String timestamp,
      @Nullable String id,
      String url) {

    /** Hands the signed bytes on, piece by piece. */
    void feed(Consumer<byte[]> to, byte[] secret) {
      for (Part part : content.parts) {
        switch (part) {
          case Part.Fixed(byte[] bytes) -> to.accept(bytes);
          case Part.Open(Hole hole) -> to.accept(bytes(hole, secret));
        }
      }
    }

    private byte[] bytes(Hole hole, byte[] secret) {
      return switch (hole) {
        case BODY -> request.body();
        case SECRET -> secret;
        case TIMESTAMP -> utf8(timestamp);
        case ID -> utf8(id);
        case URL -> utf8(url);
        case METHOD -> utf8(request.method());
      };
    }

    private static byte[] utf8(@Nullable String text) {
      if (text == null) {
        throw new IllegalStateException("The recipe does not say where a signed value is");
      }
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }
}
