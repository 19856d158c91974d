package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.feeds.Faults;
import dev.catchment.http.Request;
import dev.catchment.json.Json;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the members of a body and collects what is wrong with them. */
final class FeedBody {
  private final Json.Obj members;
  private final Faults faults = new Faults();

  private FeedBody(Json.Obj members) {
    this.members = members;
  }

  static FeedBody of(Request request) {
    return Json.parse(request.body()).orElse(Json.nil()) instanceof Json.Obj members
        ? new FeedBody(members)
        : fail();
  }

  private static FeedBody fail() {
    throw Failure.invalid("Invalid JSON body");
  }

  Json.Obj members() {
    return members;
  }

  Faults faults() {
    return faults;
  }

  boolean has(String name) {
    return members.get(name) != null;
  }

  boolean isGiven(String name) {
    return has(name) && !(members.get(name) instanceof Json.Null);
  }

  /** Something that this version cannot do; null and absence pass. */
  void refuse(String name) {
    if (isGiven(name)) {
      faults.add(name, "is not supported by this version");
    }
  }

  /** Something of which this version knows one value alone. */
  void only(String name, String value) {
    if (has(name) && !Json.of(value).equals(members.get(name))) {
      faults.add(name, "must be " + value + " in this version");
    }
  }

  @Nullable String text(String name, int min, int max, @Nullable String otherwise) {
    Json value = members.get(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Json.Null && min == 0) {
      return null;
    }
    if (value instanceof Json.Str text) {
      int length = text.value().codePointCount(0, text.value().length());
      if (length >= min && length <= max && !(min > 0 && text.value().isBlank())) {
        return text.value();
      }
    }
    faults.add(name, "must be " + min + " to " + max + " characters");
    return otherwise;
  }

  int integer(String name, int min, int max, int otherwise) {
    Json value = members.get(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Json.Num number && number.text().matches("[0-9]{1,9}")) {
      int found = Integer.parseInt(number.text());
      if (found >= min && found <= max) {
        return found;
      }
    }
    faults.add(name, "must be between " + min + " and " + max);
    return otherwise;
  }

  @Nullable Boolean flag(String name) {
    return switch (members.get(name)) {
      case null -> null;
      case Json.Bool bool -> bool.value();
      default -> {
        faults.add(name, "must be a boolean");
        yield null;
      }
    };
  }

  @Nullable Long version() {
    return switch (members.get("version")) {
      case null -> null;
      case Json.Null none -> null;
      case Json.Num number when number.text().matches("[0-9]{1,18}") -> Long.valueOf(number.text());
      default -> {
        faults.add("version", "must be an integer");
        yield null;
      }
    };
  }

  /** A word out of a few; {@code rule} says which. */
  <T> Optional<T> word(String name, Function<String, Optional<T>> find, String rule) {
    Json value = members.get(name);
    if (value == null) {
      return Optional.empty();
    }
    Optional<T> found =
        value instanceof Json.Str text ? find.apply(text.value()) : Optional.empty();
    if (found.isEmpty()) {
      faults.add(name, rule);
    }
    return found;
  }

  /** A constant by its lower-case name. */
  static <E extends Enum<E>> Function<String, Optional<E>> lower(Class<E> type) {
    return text -> {
      for (E constant : type.getEnumConstants()) {
        if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
          return Optional.of(constant);
        }
      }
      return Optional.empty();
    };
  }
}
