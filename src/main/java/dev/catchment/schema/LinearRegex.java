package dev.catchment.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressionFactory;
import dev.catchment.base.Failure;

/**
 * Regular expressions whose time grows with the text and no faster, because the text is a
 * stranger's. What needs backtracking (look-around, back references) is refused on save.
 */
final class LinearRegex implements RegularExpressionFactory {
  private static final int PATTERN_CHARS_MAX = 2_000;

  @Override
  public RegularExpression getRegularExpression(String regex) {
    Pattern pattern = compile(regex);
    // As the specification has it, a pattern fits anywhere in the text.
    return text -> pattern.matcher(text).find();
  }

  static Pattern compile(String regex) {
    if (regex.length() > PATTERN_CHARS_MAX) {
      throw Failure.body(
          "json_schema", "has a pattern of more than " + PATTERN_CHARS_MAX + " characters");
    }
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw Failure.body(
          "json_schema",
          "has the pattern " + regex + ", which is not supported: " + e.getDescription());
    }
  }
}
