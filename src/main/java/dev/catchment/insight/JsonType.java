package dev.catchment.insight;

import dev.catchment.json.Json;
import java.util.Locale;

/** The types of JSON Schema. A number is an integer when it is written as one. */
enum JsonType {
  ARRAY,
  BOOLEAN,
  INTEGER,
  NULL,
  NUMBER,
  OBJECT,
  STRING;

  static JsonType of(Json value) {
    return switch (value) {
      case Json.Arr array -> ARRAY;
      case Json.Bool bool -> BOOLEAN;
      case Json.Null none -> NULL;
      case Json.Num number -> isWhole(number.text()) ? INTEGER : NUMBER;
      case Json.Obj object -> OBJECT;
      case Json.Str string -> STRING;
    };
  }

  private static boolean isWhole(String digits) {
    return digits.indexOf('.') < 0 && digits.indexOf('e') < 0 && digits.indexOf('E') < 0;
  }

  /** The name in JSON Schema. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
