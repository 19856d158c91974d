package dev.catchment.insight;

import dev.catchment.base.Times;
import java.util.regex.Pattern;

/** What strings of a field have in common beside being strings, in the words of JSON Schema. */
enum TextFormat {
  DATE_TIME("date-time"),
  DATE("date"),
  EMAIL("email"),
  URI("uri"),
  UUID("uuid"),
  /** Nothing of the above. */
  NONE("");

  /** Longer strings are not looked at. */
  private static final int CHARS_MAX = 2_048;

  private static final Pattern DATE_FORM = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
  private static final Pattern EMAIL_FORM =
      Pattern.compile("[\\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+");
  private static final Pattern URI_FORM =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\\s\"<>\\\\^`{|}]+");
  private static final Pattern UUID_FORM =
      Pattern.compile("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}");

  private final String word;

  TextFormat(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }

  static TextFormat of(String text) {
    if (text.length() > CHARS_MAX || text.isEmpty()) {
      return NONE;
    }
    if (UUID_FORM.matcher(text).matches()) {
      return UUID;
    }
    if (Character.isDigit(text.charAt(0)) && Times.parse(text).isPresent()) {
      return DATE_FORM.matcher(text).matches() ? DATE : DATE_TIME;
    }
    if (text.indexOf('@') > 0 && EMAIL_FORM.matcher(text).matches()) {
      return EMAIL;
    }
    return text.contains("://") && URI_FORM.matcher(text).matches() ? URI : NONE;
  }
}
