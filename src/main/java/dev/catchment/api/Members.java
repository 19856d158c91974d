package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The members of an object inside a body. Their faults name them with the object's field before a
 * dot; null counts as absent.
 *
 * @param field the field that holds the object
 */
record Members(String field, Json.Obj object) {
  private static final int TEXT_CHARS_MAX = 10_000;
  private static final int LONG_CHARS_MAX = 200_000;

  @Nullable Json get(String name) {
    Json value = object.get(name);
    return value instanceof Json.Null ? null : value;
  }

  Failure fault(String name, String rule) {
    return Failure.body(field + "." + name, rule);
  }

  /** A text that must be there and not be empty. */
  String required(String name) {
    String text = text(name);
    if (text == null) {
      throw fault(name, "is required");
    }
    if (text.isEmpty()) {
      throw fault(name, "must not be empty");
    }
    return text;
  }

  @Nullable String text(String name) {
    Json value = get(name);
    if (value == null) {
      return null;
    }
    if (value instanceof Json.Str(String text)
        && text.codePointCount(0, text.length()) <= TEXT_CHARS_MAX) {
      return text;
    }
    throw fault(name, "must be a string of up to " + TEXT_CHARS_MAX + " characters");
  }

  /** A text of many lines, such as a certificate with its chain. */
  @Nullable String longText(String name) {
    Json value = get(name);
    if (value == null) {
      return null;
    }
    if (value instanceof Json.Str(String text) && text.length() <= LONG_CHARS_MAX) {
      return text;
    }
    throw fault(name, "must be a string of up to " + LONG_CHARS_MAX + " characters");
  }

  /** {@code true}, {@code false}, {@code 0} or {@code 1}. */
  boolean flag(String name) {
    return switch (get(name)) {
      case Json.Bool flag -> flag.value();
      case Json.Num(String text) when text.equals("0") -> false;
      case Json.Num(String text) when text.equals("1") -> true;
      case null, default -> throw fault(name, "must be true, false, 0 or 1");
    };
  }

  @Nullable String word(String name, List<String> words) {
    String word = text(name);
    if (word != null && !words.contains(word)) {
      throw fault(name, "must be " + Input.choice(words));
    }
    return word;
  }

  @Nullable String headerName(String name) {
    String text = text(name);
    if (text != null && !HeaderRules.isName(text)) {
      throw fault(name, "must be a header name");
    }
    return text;
  }

  /** Throws unless the text can stand in a header. */
  String line(String name, String text) {
    if (!HeaderRules.isValue(text)) {
      throw fault(name, "must be one line that fits a header");
    }
    return text;
  }
}
