package dev.catchment.feeds;

import dev.catchment.json.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a value inside a payload must be. */
sealed interface Shape {
  /** A plain value, checked by its kind. */
  record Plain(Kind kind) implements Shape {}

  /** One of a few words. */
  record OneOf(List<String> words) implements Shape {}

  /** A list of values of one shape. */
  record ListOf(Shape element) implements Shape {}

  /** An object: these members in this order, others behind them. */
  record Members(Map<String, Member> members) implements Shape {}

  /**
   * A member of an object.
   *
   * @param nullable whether null and absence are allowed
   * @param fallback what stands for absence where that is neither null nor a fault
   */
  record Member(Shape shape, boolean nullable, @Nullable Json fallback) {}

  /** Kinds of plain values. */
  enum Kind {
    STR("a text"),
    LABEL("a text of at most 200 characters"),
    INT("an integer"),
    NUM("a number"),
    BOOL("a boolean"),
    TIME("a time with an offset"),
    DATE("a date such as 2026-01-18"),
    URL("an http or https URL of at most 2048 characters"),
    URI("a URI of at most 2000 bytes"),
    COLOUR("a colour such as #0F766E"),
    COUNTRY("a country as three capitals");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }
}
