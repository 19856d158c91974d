package dev.catchment.insight;

import dev.catchment.json.Json;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Numbers of JSON as exact decimals, as far as that costs little. */
final class Amounts {
  /** Digits that a number written out in full may have on either side of its point. */
  private static final int DIGITS_MAX = 1_000;

  private static final int CHARS_MAX = 2_100;

  private Amounts() {}

  /** The exact value; null for no number, or one so large or small that it is left out. */
  static @Nullable BigDecimal of(Json value) {
    if (!(value instanceof Json.Num(String text)) || text.length() > CHARS_MAX) {
      return null;
    }
    try {
      BigDecimal number = new BigDecimal(text);
      long whole = (long) number.precision() - number.scale();
      return whole > DIGITS_MAX || number.scale() > DIGITS_MAX || number.scale() < -DIGITS_MAX
          ? null
          : number;
    } catch (NumberFormatException e) {
      // The exponent is beyond an int.
      return null;
    }
  }

  /** A text that is the same for values that are equal, {@code 1} and {@code 1.0} among them. */
  static String identity(Json value) {
    return switch (value) {
      case Json.Null none -> "z";
      case Json.Bool bool -> "b" + bool.value();
      case Json.Str string -> "s" + string.value();
      case Json.Num number -> {
        BigDecimal exact = of(number);
        yield "n" + (exact == null ? number.text() : exact.stripTrailingZeros().toString());
      }
      case Json.Arr array -> "j" + array.text();
      case Json.Obj object -> "j" + object.text();
    };
  }
}
