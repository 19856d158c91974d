package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Times;
import dev.catchment.http.Query;
import dev.catchment.http.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The query parameters of a request, checked as they are read. An absent or empty one reads as
 * null; every fault is a {@link Failure} that names the parameter.
 */
public record Params(Query query) {
  /** The largest {@code offset}; what lies deeper is reached by cursor. */
  static final int OFFSET_MAX = 10_000;

  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,1000}");

  /** Those of the request's URL. */
  public static Params of(Request request) {
    return new Params(request.query());
  }

  /** The first of that name; null when it is absent or empty. */
  public @Nullable String text(String name) {
    return query.first(name).filter(text -> !text.isEmpty()).orElse(null);
  }

  /** One of some words. */
  public @Nullable String word(String name, List<String> words) {
    String word = text(name);
    if (word != null && !words.contains(word)) {
      throw Failure.query(name, "must be " + Input.choice(words));
    }
    return word;
  }

  /** Some of some words, separated by commas; empty for no wish. */
  public List<String> words(String name, List<String> words) {
    List<String> chosen = texts(name);
    if (!words.containsAll(chosen)) {
      throw Failure.query(name, "must be " + Input.choice(words));
    }
    return chosen;
  }

  /** Texts separated by commas, empty ones left out. */
  public List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (String part : query.first(name).orElse("").split(",", -1)) {
      if (!part.isBlank() && !texts.contains(part.strip())) {
        texts.add(part.strip());
      }
    }
    return texts;
  }

  /**
   * An id in its one form.
   *
   * @param thing what it is the id of; {@code <thing> not found} for a text that is no id
   */
  public @Nullable String id(String name, String thing) {
    String text = text(name);
    return text == null ? null : Ids.parse(text).orElseThrow(() -> Failure.notFound(thing));
  }

  /** {@code true}, {@code false}, {@code 1} or {@code 0}. */
  public @Nullable Boolean flag(String name) {
    return switch (text(name)) {
      case null -> null;
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw Failure.query(name, "must be true, false, 0 or 1");
    };
  }

  /** The smallest id of the millisecond at a time; ids of things made later are greater. */
  public @Nullable String idAt(String name) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    long time =
        Times.parse(text)
            .orElseThrow(() -> Failure.query(name, "must be an ISO 8601 time with an offset"));
    // An id holds 48 bits of milliseconds; every time beyond is after all of them.
    return time >= 1L << 48 ? "g" : Ids.floor(time);
  }

  /** The parameter {@code limit}; one above {@code max} is lowered to it. */
  public int limit(int fallback, int max) {
    return limit("limit", fallback, max);
  }

  /** A parameter like {@code limit}. */
  int limit(String name, int fallback, int max) {
    if (query.first(name).isEmpty()) {
      return fallback;
    }
    int limit = number(name, 0, max);
    if (limit < 1) {
      throw Failure.query(name, "must be an integer of at least 1");
    }
    return limit;
  }

  /** The parameter {@code offset}, 0 to 10,000. */
  int offset() {
    int offset = number("offset", 0, OFFSET_MAX + 1);
    if (offset > OFFSET_MAX) {
      throw Failure.query("offset", "must be at most 10000; use the cursor to go deeper");
    }
    return offset;
  }

  private int number(String name, int fallback, int max) {
    String text = query.first(name).orElse(null);
    if (text == null) {
      return fallback;
    }
    if (!DIGITS.matcher(text).matches()) {
      throw Failure.query(
          name, "must be an integer of at least " + (name.equals("offset") ? 0 : 1));
    }
    String digits = text.replaceFirst("^0+(?=.)", "");
    return digits.length() > 9 ? max : Math.min(max, Integer.parseInt(digits));
  }
}
