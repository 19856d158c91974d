package dev.catchment.expr;

import dev.catchment.expr.FieldPath.Step;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;

/** Reads the steps of one path, left to right. */
final class PathParser {
  /** Nine digits fit an int, and no body has more elements. */
  private static final int INDEX_DIGITS_MAX = 9;

  private final String text;
  private final List<Step> steps = new ArrayList<>();
  private int at;

  private PathParser(String text) {
    this.text = text;
  }

  static List<Step> parse(String text) {
    if (text.isEmpty()) {
      throw new PathSyntaxException("it is empty");
    }
    if (text.codePointCount(0, text.length()) > FieldPath.LENGTH_MAX) {
      throw new PathSyntaxException("it has more than " + FieldPath.LENGTH_MAX + " characters");
    }
    return new PathParser(text).steps();
  }

  private List<Step> steps() {
    boolean nameMayFollow = true;
    if (text.startsWith("$")) {
      at = text.startsWith("$.") ? 2 : 1;
      if (at == text.length() && at == 1) {
        return List.of();
      }
    }
    do {
      if (at < text.length() && text.charAt(at) == '[') {
        bracket();
      } else if (nameMayFollow) {
        name();
      } else {
        throw problem("a dot or a bracket is missing");
      }
      if (steps.size() > FieldPath.STEPS_MAX) {
        throw new PathSyntaxException("it has more than " + FieldPath.STEPS_MAX + " steps");
      }
      nameMayFollow = at < text.length() && text.charAt(at) == '.';
      if (nameMayFollow) {
        at++;
      }
    } while (at < text.length() || nameMayFollow);
    return List.copyOf(steps);
  }

  private void name() {
    int start = at;
    while (at < text.length() && text.charAt(at) != '.' && text.charAt(at) != '[') {
      if (text.charAt(at) == ']') {
        throw problem("a bracket is closed that was not opened");
      }
      at++;
    }
    if (at == start) {
      throw problem("a name is missing");
    }
    String name = text.substring(start, at);
    steps.add(new Step(name, isIndex(name) ? Integer.parseInt(name) : -1));
  }

  private void bracket() {
    at++;
    if (at < text.length() && text.charAt(at) == '"') {
      quoted();
    } else {
      int end = text.indexOf(']', at);
      String digits = end < 0 ? "" : text.substring(at, end);
      if (!isIndex(digits)) {
        throw problem("brackets must hold a number or a name in double quotes");
      }
      steps.add(new Step(null, Integer.parseInt(digits)));
      at = end;
    }
    if (at >= text.length() || text.charAt(at) != ']') {
      throw problem("a bracket is not closed");
    }
    at++;
  }

  private void quoted() {
    int start = at++;
    while (at < text.length() && text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    if (at >= text.length()) {
      throw problem("a quote is not closed");
    }
    at++;
    if (!(Json.parse(text.substring(start, at)).orElse(Json.nil()) instanceof Json.Str name)) {
      throw problem("the quoted name is not a JSON string");
    }
    steps.add(new Step(name.value(), -1));
  }

  /** Digits without leading zeros, few enough for an int. */
  private static boolean isIndex(String word) {
    if (word.isEmpty()
        || word.length() > INDEX_DIGITS_MAX
        || (word.length() > 1 && word.charAt(0) == '0')) {
      return false;
    }
    return word.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private PathSyntaxException problem(String what) {
    return new PathSyntaxException(what + " at " + (Math.min(at, text.length()) + 1));
  }
}
