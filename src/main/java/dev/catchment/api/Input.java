package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Times;
import dev.catchment.json.Json;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The body of a change: a JSON object whose fields are checked as they are read. A field that is
 * absent reads as its fallback; every fault is a {@link Failure} that names the field.
 *
 * @param body the object; members nobody reads are ignored
 */
public record Input(Json.Obj body) {
  private static final Pattern SLUG = Pattern.compile("^[a-z0-9-]+$");
  private static final int SLUG_CHARS_MAX = 64;
  private static final int NAME_CHARS_MAX = 200;
  private static final int DESCRIPTION_CHARS_MAX = 2_000;

  /** The body of a request; throws {@code Invalid JSON body} for anything but an object. */
  public static Input parse(byte[] body) {
    if (Json.parse(body).orElse(Json.nil()) instanceof Json.Obj object) {
      return new Input(object);
    }
    throw Failure.invalid("Invalid JSON body");
  }

  /** The same with other names for some fields: alias to name. The proper name wins. */
  public Input renamed(Map<String, String> aliases) {
    Map<String, Json> members = new LinkedHashMap<>(body.members());
    aliases.forEach((alias, name) -> {
      Json value = members.remove(alias);
      if (value != null) {
        members.putIfAbsent(name, value);
      }
    });
    return new Input(new Json.Obj(members));
  }

  /** Whether the body has the field, be it JSON null. */
  public boolean has(String field) {
    return body.get(field) != null;
  }

  /** Throws for the first of the fields that is absent. */
  public Input require(String... fields) {
    for (String field : fields) {
      if (!has(field)) {
        throw Failure.body(field, "is required");
      }
    }
    return this;
  }

  /** Throws {@code No fields to update} when none of the fields is there. */
  public Input requireAny(List<String> fields) {
    if (fields.stream().noneMatch(this::has)) {
      throw Failure.invalid("No fields to update");
    }
    return this;
  }

  /** Throws for a setting that this version does not have, unless it is switched off. */
  public Input refuse(String field, Json... off) {
    Json value = body.get(field);
    boolean idle =
        value == null
            || value instanceof Json.Null
            || value.equals(Json.of(false))
            || value.equals(Json.of(0))
            || Arrays.asList(off).contains(value);
    if (!idle) {
      throw Failure.body(field, "is not supported by this version");
    }
    return this;
  }

  /** A text of {@code min} to {@code max} Unicode characters. */
  public String text(String field, int min, int max, String fallback) {
    Json value = body.get(field);
    if (value == null) {
      return fallback;
    }
    if (value instanceof Json.Str text) {
      int length = text.value().codePointCount(0, text.value().length());
      if (length >= min && length <= max) {
        return text.value();
      }
    }
    throw Failure.body(field, "must be a string of " + min + " to " + max + " characters");
  }

  /** A text of at most {@code max} Unicode characters, or null. */
  public @Nullable String nullableText(String field, int max, @Nullable String fallback) {
    return switch (body.get(field)) {
      case null -> fallback;
      case Json.Null none -> null;
      default -> text(field, 0, max, "");
    };
  }

  /** The field {@code name}: 1 to 200 characters. */
  public String name(String fallback) {
    return text("name", 1, NAME_CHARS_MAX, fallback);
  }

  /** The field {@code description}: up to 2,000 characters, or null. */
  public @Nullable String description(@Nullable String fallback) {
    return nullableText("description", DESCRIPTION_CHARS_MAX, fallback);
  }

  /** The field {@code slug}, which {@link #require} has found. */
  public String slug() {
    if (body.get("slug") instanceof Json.Str text && !SLUG.matcher(text.value()).find()) {
      throw Failure.body("slug", "must match pattern " + SLUG.pattern());
    }
    String slug = text("slug", 1, SLUG_CHARS_MAX, "");
    // The dollar of the pattern would let a line break at the end pass.
    if (slug.indexOf('\n') >= 0) {
      throw Failure.body("slug", "must match pattern " + SLUG.pattern());
    }
    return slug;
  }

  /** {@code true}, {@code false}, {@code 0} or {@code 1}. */
  public boolean flag(String field, boolean fallback) {
    return switch (body.get(field)) {
      case null -> fallback;
      case Json.Bool flag -> flag.value();
      case Json.Num(String text) when text.equals("0") -> false;
      case Json.Num(String text) when text.equals("1") -> true;
      default -> throw Failure.body(field, "must be true, false, 0 or 1");
    };
  }

  /** An integer from {@code min} to {@code max}. */
  public int integer(String field, int min, int max, int fallback) {
    Json value = body.get(field);
    if (value == null) {
      return fallback;
    }
    OptionalInt number = integer(value);
    if (number.isPresent() && number.getAsInt() >= min && number.getAsInt() <= max) {
      return number.getAsInt();
    }
    throw Failure.body(field, "must be an integer from " + min + " to " + max);
  }

  /** The integer that a value is; empty when it is none, or does not fit 32 bits. */
  static OptionalInt integer(Json value) {
    // Numbers are read with all their digits; no setting needs as many as a text may hold.
    if (!(value instanceof Json.Num number) || number.text().length() > 30) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(number.value().intValueExact());
    } catch (ArithmeticException e) {
      return OptionalInt.empty();
    }
  }

  /** One of some words. */
  public String word(String field, List<String> words, String fallback) {
    return switch (body.get(field)) {
      case null -> fallback;
      case Json.Str(String text) when words.contains(text) -> text;
      default -> throw Failure.body(field, "must be " + choice(words));
    };
  }

  /** {@code one of a, b, c}, or the only word there is. */
  static String choice(List<String> words) {
    return words.size() == 1 ? words.getFirst() : "one of " + String.join(", ", words);
  }

  /** An object, a text that holds one, or null. */
  public Json.@Nullable Obj object(String field, Json.@Nullable Obj fallback) {
    return switch (structure(field)) {
      case null -> fallback;
      case Json.Null none -> null;
      case Json.Obj object -> object;
      default -> throw Failure.body(field, "must be an object");
    };
  }

  /** An array, or a text that holds one. */
  public Json.Arr array(String field, Json.Arr fallback) {
    return switch (structure(field)) {
      case null -> fallback;
      case Json.Arr array -> array;
      default -> throw Failure.body(field, "must be an array");
    };
  }

  private @Nullable Json structure(String field) {
    Json value = body.get(field);
    // Text that holds no structure is left a text, which no reader of structures takes.
    return value instanceof Json.Str text
        ? Json.parse(text.value()).filter(held -> !(held instanceof Json.Null)).orElse(value)
        : value;
  }

  /** Milliseconds since 1970 of a time, or null. */
  public @Nullable Long time(String field, @Nullable Long fallback) {
    return switch (body.get(field)) {
      case null -> fallback;
      case Json.Null none -> null;
      case Json.Str(String text) ->
          Times.parse(text)
              .orElseThrow(() -> Failure.body(field, "must be an ISO 8601 time with an offset"));
      default -> throw Failure.body(field, "must be an ISO 8601 time with an offset");
    };
  }

  /** The same of an id that may be missing. */
  public @Nullable String findId(String field, String thing) {
    return body.get(field) == null || body.get(field) instanceof Json.Null
        ? null
        : id(field, thing);
  }

  /**
   * An id in its one form.
   *
   * @param thing what it is the id of; {@code <thing> not found} for a text that is no id
   */
  public String id(String field, String thing) {
    if (body.get(field) instanceof Json.Str text) {
      return Ids.parse(text.value()).orElseThrow(() -> Failure.notFound(thing));
    }
    throw Failure.body(field, "must be an id");
  }
}
