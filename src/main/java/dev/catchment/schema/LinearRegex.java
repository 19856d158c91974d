package dev.catchment.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressionFactory;
import dev.catchment.base.Failure;
import java.util.HashMap;
import java.util.Map;

/**
 * The regular expressions of one schema. Their time grows with the text and the pattern and no
 * faster, because the text is a stranger's, and {@link MatchBudget} bounds it for a body: what
 * needs backtracking (look-around, back references) is refused on save. Counted repeats are written
 * out when a pattern is compiled, and repeats of repeats multiply, so what all patterns come to is
 * bounded before any memory is spent on it.
 */
final class LinearRegex implements RegularExpressionFactory {
  private static final int PATTERN_CHARS_MAX = 2_000;

  /** How large all patterns together may become: some tens of megabytes. */
  private static final long SIZE_MAX = 100_000;

  private final Map<String, Sized> patterns = new HashMap<>();
  private long size;

  /** A pattern and how large it is. */
  record Sized(Pattern pattern, long size) {}

  @Override
  public RegularExpression getRegularExpression(String regex) {
    Sized sized = compile(regex);
    return text -> {
      MatchBudget.spend(text.length(), sized.size());
      // As the specification has it, a pattern fits anywhere in the text.
      return sized.pattern().matcher(text).find();
    };
  }

  /**
   * Makes the pattern, once. Throws {@code INVALID} for what is not supported or too large.
   *
   * <p>References may be followed when a body is checked, by several threads.
   */
  synchronized Sized compile(String regex) {
    Sized known = patterns.get(regex);
    if (known != null) {
      return known;
    }
    if (regex.length() > PATTERN_CHARS_MAX) {
      throw Failure.body(
          "json_schema", "has a pattern of more than " + PATTERN_CHARS_MAX + " characters");
    }
    long own = PatternSize.of(regex);
    size += own;
    if (size > SIZE_MAX) {
      throw Failure.body("json_schema", "has patterns whose repeats are too many");
    }
    try {
      Sized sized = new Sized(Pattern.compile(regex), own);
      patterns.put(regex, sized);
      return sized;
    } catch (PatternSyntaxException e) {
      throw Failure.body(
          "json_schema",
          "has the pattern " + regex + ", which is not supported: " + e.getDescription());
    }
  }
}
