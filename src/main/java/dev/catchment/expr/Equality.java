package dev.catchment.expr;

import dev.catchment.json.Json;
import java.util.List;
import java.util.Map;

/**
 * Whether two values have the same JSON type and are equal: objects without regard to the order of
 * their members, arrays element by element, numbers by exact value.
 */
final class Equality {
  private Equality() {}

  /** Recursion is as deep as the values, which the parser bounds at 512 levels. */
  static boolean same(Json left, Json right) {
    return switch (left) {
      case Json.Num number -> right instanceof Json.Num other && same(number, other);
      case Json.Arr array -> right instanceof Json.Arr other && same(array.items(), other.items());
      case Json.Obj object -> right instanceof Json.Obj other && same(object, other);
      case Json.Str string -> string.equals(right);
      case Json.Bool bool -> bool.equals(right);
      case Json.Null none -> none.equals(right);
    };
  }

  private static boolean same(Json.Num left, Json.Num right) {
    return left.text().equals(right.text())
        || Decimal.of(left.text()).equals(Decimal.of(right.text()));
  }

  private static boolean same(List<Json> left, List<Json> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!same(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(Json.Obj left, Json.Obj right) {
    if (left.members().size() != right.members().size()) {
      return false;
    }
    for (Map.Entry<String, Json> member : left.members().entrySet()) {
      Json other = right.get(member.getKey());
      if (other == null || !same(member.getValue(), other)) {
        return false;
      }
    }
    return true;
  }
}
