package dev.catchment.insight;

import dev.catchment.json.Json;
import java.util.Comparator;

/** Paths as text. */
final class Paths {
  /** The order of a sort of strings; differs from Java's beyond U+FFFF. */
  static final Comparator<String> BY_CODE_POINT = Paths::compare;

  private Paths() {}

  /**
   * The path of a member. A name that would be read as something else stands in brackets.
   *
   * @param parent empty at the start of a path
   */
  static String member(String parent, String name) {
    boolean quoted =
        name.isEmpty()
            || name.indexOf('.') >= 0
            || name.indexOf('[') >= 0
            || name.indexOf(']') >= 0
            || (parent.isEmpty() && name.startsWith("$"));
    if (quoted) {
      return parent + "[" + Json.of(name).text() + "]";
    }
    return parent.isEmpty() ? name : parent + "." + name;
  }

  private static int compare(String one, String other) {
    int at = 0;
    while (at < one.length() && at < other.length()) {
      int a = one.codePointAt(at);
      int b = other.codePointAt(at);
      if (a != b) {
        return Integer.compare(a, b);
      }
      at += Character.charCount(a);
    }
    return Integer.compare(one.length(), other.length());
  }
}
