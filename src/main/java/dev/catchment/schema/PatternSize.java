package dev.catchment.schema;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;

/**
 * How many states a regular expression has once its counted repeats are written out; never less,
 * and a little more where it is simpler to count so. What is no regular expression has any size.
 */
final class PatternSize {
  /** More than anybody has room for; products stop here. */
  private static final long ENDLESS = 1L << 40;

  private static final java.util.regex.Pattern COUNT =
      java.util.regex.Pattern.compile("\\{([0-9]++)(?:(,)([0-9]*+))?\\}");

  private final String regex;
  private final Matcher count;

  /** What each open group holds, but for its last part, which a repeat may follow. */
  private final Deque<Long> outer = new ArrayDeque<>();

  private long before;
  private long last;
  private int at;

  private PatternSize(String regex) {
    this.regex = regex;
    this.count = COUNT.matcher(regex);
  }

  static long of(String regex) {
    return new PatternSize(regex).size();
  }

  private long size() {
    while (at < regex.length()) {
      switch (regex.charAt(at)) {
        case '(' -> open();
        case ')' -> close();
        case '[' -> part(classEnd());
        case '\\' -> escape();
        case '*', '+', '?' -> {
          last++;
          at++;
        }
        case '{' -> repeat();
        default -> part(at + 1);
      }
    }
    while (!outer.isEmpty()) {
      close();
    }
    return before + last;
  }

  /** A part that is matched as one; it ends there. */
  private void part(int end) {
    before += last;
    last = 1;
    at = end;
  }

  private void open() {
    before += last;
    last = 0;
    outer.push(before);
    before = 0;
    at++;
  }

  private void close() {
    // A group is remembered where it begins and where it ends.
    long group = before + last + 2;
    if (!outer.isEmpty()) {
      before = outer.pop();
      last = group;
    }
    at++;
  }

  private void repeat() {
    if (!count.region(at, regex.length()).lookingAt()) {
      part(at + 1);
      return;
    }
    long least = number(count.group(1));
    String most = count.group(3);
    // At least so many times: the last copy is one that comes again.
    long copies = most == null || most.isEmpty() ? least + 1 : Math.max(least, number(most));
    last = Math.min(ENDLESS, (last + 1) * Math.max(1, copies));
    before = Math.min(ENDLESS, before);
    at = count.end();
  }

  private static long number(String digits) {
    return digits.length() > 6 ? 1_000_000 : Long.parseLong(digits);
  }

  private void escape() {
    if (regex.startsWith("\\Q", at)) {
      int end = regex.indexOf("\\E", at + 2);
      int literals = (end < 0 ? regex.length() : end) - at - 2;
      before += last + literals;
      last = 1;
      at = end < 0 ? regex.length() : end + 2;
      return;
    }
    int end = Math.min(regex.length(), at + 2);
    boolean braced = end < regex.length() && regex.charAt(end) == '{';
    if (braced && "pPx".indexOf(regex.charAt(end - 1)) >= 0) {
      int brace = regex.indexOf('}', end);
      end = brace < 0 ? regex.length() : brace + 1;
    }
    part(end);
  }

  /** After the bracket that closes the class that opens here. */
  private int classEnd() {
    int i = at + 1;
    if (regex.startsWith("^", i)) {
      i++;
    }
    boolean first = true;
    while (i < regex.length() && (first || regex.charAt(i) != ']')) {
      first = false;
      int named = regex.startsWith("[:", i) ? regex.indexOf(":]", i + 2) : -1;
      i = named >= 0 ? named + 2 : i + (regex.charAt(i) == '\\' ? 2 : 1);
    }
    return Math.min(regex.length(), i + 1);
  }
}
