package dev.catchment.expr;

import dev.catchment.json.Json;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The operators of filter rules and of record queries. */
public enum Op {
  EQ,
  NEQ,
  CONTAINS,
  GT,
  GTE,
  LT,
  LTE,
  EXISTS,
  IN;

  /** The operator of a wire word such as {@code gte}; case matters. */
  public static Optional<Op> find(String word) {
    return Arrays.stream(values()).filter(op -> op.word().equals(word)).findFirst();
  }

  /** The word on the wire. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a value of the wrong kind should have been, for a sentence; empty when it fits. */
  public Optional<String> objection(Json value) {
    String wanted =
        switch (this) {
          case EQ, NEQ -> "";
          case CONTAINS -> value instanceof Json.Str ? "" : "a string";
          case GT, GTE, LT, LTE -> value instanceof Json.Num ? "" : "a number";
          case EXISTS -> value instanceof Json.Bool ? "" : "true or false";
          case IN -> value instanceof Json.Arr ? "" : "an array";
        };
    return wanted.isEmpty() ? Optional.empty() : Optional.of(wanted);
  }

  /**
   * Whether the operator holds between a field, empty when absent, and a value it does not object
   * to.
   */
  public boolean holds(Optional<Json> field, Json value) {
    return switch (this) {
      case EQ -> field.isPresent() && Equality.same(field.get(), value);
      case NEQ -> !(field.isPresent() && Equality.same(field.get(), value));
      case CONTAINS -> field.isPresent() && contains(field.get(), value);
      case GT -> order(field, value) > 0;
      case GTE -> order(field, value) >= 0;
      case LT -> order(field, value) == -1;
      case LTE -> {
        int order = order(field, value);
        yield order == -1 || order == 0;
      }
      case EXISTS -> value.equals(Json.of(field.isPresent()));
      case IN ->
          field.isPresent()
              && value instanceof Json.Arr array
              && array.items().stream().anyMatch(item -> Equality.same(item, field.get()));
    };
  }

  private static boolean contains(Json field, Json value) {
    return field instanceof Json.Str text
        && value instanceof Json.Str part
        && text.value().contains(part.value());
  }

  private static final int NOT_COMPARABLE = -2;

  /** -1, 0 or 1; {@link #NOT_COMPARABLE} unless both are numbers. */
  private static int order(Optional<Json> field, Json value) {
    return field.isPresent()
            && field.get() instanceof Json.Num left
            && value instanceof Json.Num right
        ? Integer.signum(Decimal.of(left.text()).compareTo(Decimal.of(right.text())))
        : NOT_COMPARABLE;
  }
}
