package dev.catchment.transform;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The text of an expression as it is given to the library: looked through for what the library's
 * compiler has no bounds for, and with a variable in the place of each regular expression, because
 * the library would match with its own. Every character keeps its position.
 */
final class ExpressionText {
  /** Names of the variables: one character each, from those that mean nothing. */
  private static final char FIRST_NAME = '\uE000';

  private static final int REGEXES_MAX = 200;

  /** By these names the library finds what watches over an evaluation. */
  private static final String RESERVED = "__evaluate_";

  private static final String BEFORE_OPERANDS = "(,=>?:;[{&+-<!|";
  private static final Set<String> WORDS_BEFORE_OPERANDS = Set.of("and", "or", "in");
  private static final int SIGNATURE_REPEATS_MAX = 6;

  private final String text;
  private final StringBuilder code;
  private final List<Regex> regexes = new ArrayList<>();
  private char last = ';';
  private int nesting;
  private int signs;
  private boolean changes;

  private ExpressionText(String text) {
    this.text = text;
    this.code = new StringBuilder(text);
  }

  /**
   * What is compiled.
   *
   * @param regexes the values of the variables {@link #nameOf}
   * @param changes whether it may hold the operator that changes a copy of a value in place
   */
  record Prepared(String code, List<Regex> regexes, boolean changes) {}

  /** The variable that stands for a regular expression. */
  static String nameOf(int index) {
    return String.valueOf((char) (FIRST_NAME + index));
  }

  /** Looks through a text; throws {@link Misfit} for what may not be compiled. */
  static Prepared prepare(String text) {
    if (text.length() > Transforms.TEXT_CHARS_MAX) {
      throw new Misfit("has more than " + Transforms.TEXT_CHARS_MAX + " characters", 0);
    }
    if (text.indexOf('\0') >= 0) {
      throw new Misfit("holds a NUL character", text.indexOf('\0'));
    }
    int reserved = text.indexOf(RESERVED);
    if (reserved >= 0) {
      throw new Misfit("uses the reserved name " + RESERVED, reserved);
    }
    ExpressionText scan = new ExpressionText(text);
    scan.scan();
    return new Prepared(scan.code.toString(), List.copyOf(scan.regexes), scan.changes);
  }

  private void scan() {
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      int next =
          switch (c) {
            case ' ', '\t', '\n', '\r' -> at + 1;
            case '"', '\'' -> endOfText(at);
            case '`' -> after(text.indexOf('`', at + 1));
            case '/' -> slash(at);
            default -> plain(at, c);
          };
      if (c > ' ' && !(c == '/' && text.startsWith("/*", at))) {
        last = text.charAt(Math.min(next, text.length()) - 1);
      }
      at = next;
    }
  }

  private int after(int end) {
    return end < 0 ? text.length() : end + 1;
  }

  private int endOfText(int start) {
    char quote = text.charAt(start);
    int at = start + 1;
    while (at < text.length() && text.charAt(at) != quote) {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    return Math.min(at + 1, text.length());
  }

  private int plain(int at, char c) {
    if (c == '(' || c == '[' || c == '{') {
      nesting++;
    } else if (c == '-') {
      // Each sign of several in a row is an operand of the one before.
      signs = last == '-' ? signs + 1 : 1;
    } else if (c == ')' || c == ']' || c == '}') {
      nesting--;
    } else if (c == '|') {
      changes = true;
    } else if (c == '<' && last == ')') {
      signature(at);
    }
    if (Math.max(nesting, signs) > Transforms.NESTING_MAX) {
      throw new Misfit("is nested deeper than " + Transforms.NESTING_MAX + " levels", at);
    }
    return at + 1;
  }

  /** Argument types are matched by a backtracking pattern with a part for each. */
  private void signature(int start) {
    int repeats = 0;
    int at = start;
    for (; at < text.length() && isOfSignature(text.charAt(at)); at++) {
      repeats += "+?-".indexOf(text.charAt(at)) >= 0 ? 1 : 0;
    }
    if (at < text.length() && text.charAt(at) == '{' && repeats > SIGNATURE_REPEATS_MAX) {
      throw new Misfit("has a function signature with too many optional parts", start);
    }
  }

  private static boolean isOfSignature(char c) {
    return (c >= 'a' && c <= 'z') || "<>()+?-: \t\r\n".indexOf(c) >= 0;
  }

  private int slash(int at) {
    if (text.startsWith("/*", at)) {
      int end = text.indexOf("*/", at + 2);
      if (end < 0) {
        throw new Misfit("holds a comment without an end", at);
      }
      // The library runs over the end of a text that ends with a comment.
      code.replace(at, end + 2, " ".repeat(end + 2 - at));
      return end + 2;
    }
    return isOperandNext(at) ? regex(at) : at + 1;
  }

  /** Anywhere else a slash divides. */
  private boolean isOperandNext(int at) {
    return BEFORE_OPERANDS.indexOf(last) >= 0 || followsWord(at);
  }

  private boolean followsWord(int at) {
    int end = at;
    while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    int start = end;
    while (start > 0 && Character.isLetter(text.charAt(start - 1))) {
      start--;
    }
    return WORDS_BEFORE_OPERANDS.contains(text.substring(start, end))
        && (start == 0 || " \t\r\n)]}\"'`".indexOf(text.charAt(start - 1)) >= 0);
  }

  /** Its end is the first slash outside of brackets that is not escaped. */
  private int regex(int start) {
    int brackets = 0;
    boolean inClass = false;
    for (int at = start + 1; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '\\') {
        at++;
      } else if (inClass) {
        inClass = c != ']';
      } else if (c == '/' && brackets == 0) {
        return replaced(start, at);
      } else {
        inClass = c == '[';
        brackets += "({".indexOf(c) >= 0 ? 1 : 0;
        brackets -= ")}".indexOf(c) >= 0 ? 1 : 0;
      }
    }
    throw new Misfit("holds a regular expression without an end", start);
  }

  private int replaced(int start, int slash) {
    int end = slash + 1;
    while (end < text.length() && (text.charAt(end) == 'i' || text.charAt(end) == 'm')) {
      end++;
    }
    if (slash == start + 1) {
      throw new Misfit("holds an empty regular expression", start);
    }
    if (regexes.size() == REGEXES_MAX) {
      throw new Misfit("holds more than " + REGEXES_MAX + " regular expressions", start);
    }
    try {
      Regex regex = Regex.of(text.substring(start + 1, slash), text.substring(slash + 1, end));
      code.replace(start, end, "$" + nameOf(regexes.size()) + " ".repeat(end - start - 2));
      regexes.add(regex);
    } catch (Stopped e) {
      throw new Misfit("is not possible: " + e.reason(), start);
    }
    return end;
  }
}
