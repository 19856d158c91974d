package dev.catchment.transform;

import com.dashjoin.jsonata.Jsonata;
import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression of the language, matched in time that grows with the text and no faster.
 * Like any in JSONata it is also a function, from a text to its first match.
 */
@SuppressWarnings({"rawtypes", "unchecked"})
final class Regex extends Jsonata.JFunction {
  private static final int PATTERN_CHARS_MAX = 2_000;

  /** How large a pattern may become when its counted repeats are written out. */
  private static final long SIZE_MAX = 20_000;

  /** Steps of the matcher that one search may take: a fraction of a second. */
  private static final long STEPS_MAX = 200_000_000;

  private final Pattern pattern;
  private final long size;

  private Regex(Pattern pattern, long size) {
    super((input, args) -> null, "<s:o>");
    this.pattern = pattern;
    this.size = size;
  }

  /**
   * The regular expression between slashes.
   *
   * @param flags {@code i}, {@code m} or both
   * @throws Stopped when it is not one, or needs backtracking
   */
  static Regex of(String text, String flags) {
    if (text.length() > PATTERN_CHARS_MAX) {
      throw new Stopped("a regular expression has more than " + PATTERN_CHARS_MAX + " characters");
    }
    long size = size(text);
    if (size > SIZE_MAX) {
      throw new Stopped("the repeats of a regular expression are too many");
    }
    int mode =
        (flags.contains("i") ? Pattern.CASE_INSENSITIVE : 0)
            | (flags.contains("m") ? Pattern.MULTILINE : 0);
    try {
      return new Regex(Pattern.compile(text.replace("\\/", "/"), mode), size);
    } catch (PatternSyntaxException e) {
      throw new Stopped(
          "the regular expression /" + text + "/ is not supported: " + e.getDescription());
    }
  }

  /** An upper bound: its length times all counts in braces, as if each stood in the other. */
  private static long size(String text) {
    long size = text.length();
    for (int at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) {
      int end = text.indexOf('}', at);
      for (String count : end < 0 ? new String[0] : text.substring(at + 1, end).split(",", -1)) {
        // The second count is the larger one, and both together are at most its square.
        size = count.matches("[0-9]{1,6}") ? size * Math.max(1, Long.parseLong(count)) : size;
        if (size > SIZE_MAX) {
          return size;
        }
      }
    }
    return size;
  }

  /**
   * A match.
   *
   * @param end after its last character
   * @param groups what each group caught; empty for one that took no part
   */
  record Found(String match, int start, int end, List<String> groups) {
    /** A replacement with {@code $0}, {@code $1} … and {@code $$} filled in. */
    String fill(String replacement) {
      if (replacement.indexOf('$') < 0) {
        return replacement;
      }
      StringBuilder filled = new StringBuilder();
      for (int i = 0; i < replacement.length(); i++) {
        char c = replacement.charAt(i);
        char next = i + 1 < replacement.length() ? replacement.charAt(i + 1) : ' ';
        if (c == '$' && next == '$') {
          filled.append('$');
          i++;
        } else if (c == '$' && next >= '0' && next <= '9') {
          i = group(replacement, i + 1, filled) - 1;
        } else {
          filled.append(c);
        }
      }
      return filled.toString();
    }

    /** As many digits as name a group; one that does not exist is empty. Gives where it goes on. */
    private int group(String replacement, int start, StringBuilder filled) {
      int end = start + 1;
      int number = replacement.charAt(start) - '0';
      while (number > 0 && end < replacement.length() && end - start < 3) {
        int digit = replacement.charAt(end) - '0';
        if (digit < 0 || digit > 9 || number * 10 + digit > groups.size()) {
          break;
        }
        number = number * 10 + digit;
        end++;
      }
      if (number == 0) {
        filled.append(match);
      } else if (number <= groups.size()) {
        filled.append(groups.get(number - 1));
      }
      return end;
    }

    /** The match as functions of the language see it. */
    Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("match", match);
      map.put("start", start);
      map.put("end", end);
      map.put("groups", new ArrayList<Object>(groups));
      return map;
    }
  }

  /** The first match from a place on; null when there is none. */
  @Nullable Found find(String text, int from) {
    if (from > text.length()) {
      return null;
    }
    if (size * (text.length() - from) > STEPS_MAX) {
      throw new Stopped("a text is too long for the regular expression /" + pattern + "/");
    }
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find(from)) {
      return null;
    }
    List<String> groups = new ArrayList<>(matcher.groupCount());
    for (int i = 1; i <= matcher.groupCount(); i++) {
      String group = matcher.group(i);
      groups.add(group == null ? "" : group);
    }
    return new Found(matcher.group(), matcher.start(), matcher.end(), groups);
  }

  /** The match after another; an empty one is passed over by a character. */
  @Nullable Found after(String text, Found last) {
    boolean empty = last.end() == last.start();
    return find(text, empty ? last.end() + 1 : last.end());
  }

  @Override
  public @Nullable Object call(@Nullable Object input, List args) {
    return Builtins.arg(args, 0) instanceof String text ? found(text, find(text, 0)) : null;
  }

  private @Nullable Object found(String text, @Nullable Found found) {
    if (found == null) {
      return null;
    }
    Map<String, Object> map = found.toMap();
    map.put(
        "next", new Jsonata.JFunction((input, args) -> found(text, after(text, found)), "<:o>"));
    return map;
  }

  @Override
  public int getNumberOfArgs() {
    return 1;
  }
}
