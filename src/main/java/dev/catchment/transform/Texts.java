package dev.catchment.transform;

import com.dashjoin.jsonata.Utils;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The functions over texts whose results could grow beyond all bounds. Positions are characters.
 */
final class Texts {
  private Texts() {}

  private static @Nullable String text(List<?> args, int index) {
    return (String) Builtins.arg(args, index);
  }

  /** A limit on how often: unlimited when it was not given. */
  private static int limit(Guard guard, List<?> args, int index, String function) {
    Number limit = Builtins.number(args, index);
    if (limit != null && limit.doubleValue() < 0) {
      throw guard.stop("the limit of " + function + " must not be negative");
    }
    return limit == null ? Integer.MAX_VALUE : limit.intValue();
  }

  /** {@code $substring(text, start, length)}; a negative start counts from the end. */
  static @Nullable Object substring(List<?> args) {
    String text = text(args, 0);
    Number start = Builtins.number(args, 1);
    Number wanted = Builtins.number(args, 2);
    if (text == null || start == null) {
      return text;
    }
    int length = text.codePointCount(0, text.length());
    long from = start.longValue() < 0 ? Math.max(0, length + start.longValue()) : start.longValue();
    long until = wanted == null ? length : Math.min(length, from + Math.max(0, wanted.longValue()));
    if (from >= until) {
      return "";
    }
    int first = text.offsetByCodePoints(0, (int) from);
    return text.substring(first, text.offsetByCodePoints(first, (int) (until - from)));
  }

  /** {@code $substringBefore(text, token)}; the whole text when it does not hold the token. */
  static @Nullable Object substringBefore(List<?> args) {
    String text = text(args, 0);
    String token = text(args, 1);
    int start = text == null || token == null ? -1 : TextSearch.find(text, token, 0);
    return text == null || start < 0 ? text : text.substring(0, start);
  }

  /** {@code $substringAfter(text, token)}; the whole text when it does not hold the token. */
  static @Nullable Object substringAfter(List<?> args) {
    String text = text(args, 0);
    String token = text(args, 1);
    int start = text == null || token == null ? -1 : TextSearch.find(text, token, 0);
    return text == null || token == null || start < 0
        ? text
        : text.substring(start + token.length());
  }

  /** {@code $pad(text, width, filling)}; a negative width fills the beginning. */
  static @Nullable Object pad(Guard guard, List<?> args) {
    String text = text(args, 0);
    Number width = Builtins.number(args, 1);
    if (text == null || width == null) {
      return text;
    }
    String given = text(args, 2);
    String filling = given == null || given.isEmpty() ? " " : given;
    long wanted = Math.abs(width.longValue()) - text.codePointCount(0, text.length());
    if (wanted <= 0) {
      return text;
    }
    guard.checked(wanted);
    int unit = filling.codePointCount(0, filling.length());
    int whole = (int) wanted / unit;
    guard.checked((long) whole * filling.length() + text.length());
    String padding =
        filling.repeat(whole)
            + filling.substring(0, filling.offsetByCodePoints(0, (int) wanted % unit));
    return width.longValue() < 0 ? padding + text : text + padding;
  }

  /** {@code $join(texts, separator)}. */
  static @Nullable Object join(Guard guard, List<?> args) {
    if (!(Builtins.arg(args, 0) instanceof List<?> parts)) {
      return Builtins.arg(args, 0);
    }
    String given = text(args, 1);
    String separator = given == null ? "" : given;
    long length = (long) separator.length() * parts.size();
    for (Object part : parts) {
      length += ((String) part).length();
    }
    guard.checked(length);
    StringBuilder joined = new StringBuilder((int) length);
    for (int i = 0; i < parts.size(); i++) {
      joined.append(i == 0 ? "" : separator).append((String) parts.get(i));
    }
    return joined.toString();
  }

  /** {@code $contains(text, token)}. */
  static @Nullable Object contains(Guard guard, List<?> args) {
    String text = text(args, 0);
    if (text == null) {
      return null;
    }
    return Builtins.arg(args, 1) instanceof String token
        ? (Object) (TextSearch.find(text, token, 0) >= 0)
        : (Object) (regex(guard, args).find(text, 0) != null);
  }

  private static Regex regex(Guard guard, List<?> args) {
    if (Builtins.arg(args, 1) instanceof Regex regex) {
      return regex;
    }
    throw guard.stop("only regular expressions and texts can be searched for");
  }

  /** {@code $match(text, regex, limit)}. */
  static @Nullable Object match(Guard guard, List<?> args) {
    String text = text(args, 0);
    if (text == null) {
      return null;
    }
    Regex regex = regex(guard, args);
    int limit = limit(guard, args, 2, "$match");
    List<Object> matches = Utils.createSequence();
    Regex.Found found = limit == 0 ? null : regex.find(text, 0);
    for (; found != null; found = matches.size() < limit ? regex.after(text, found) : null) {
      guard.look();
      Map<String, Object> match = new LinkedHashMap<>();
      match.put("match", found.match());
      match.put("index", found.start());
      match.put("groups", new ArrayList<Object>(found.groups()));
      matches.add(match);
    }
    return matches;
  }

  /** {@code $split(text, separator, limit)}. */
  static @Nullable Object split(Guard guard, List<?> args) {
    String text = text(args, 0);
    if (text == null) {
      return null;
    }
    int limit = limit(guard, args, 2, "$split");
    List<Object> parts = new ArrayList<>();
    if (Builtins.arg(args, 1) instanceof String separator && separator.isEmpty()) {
      text.codePoints().limit(limit).mapToObj(Character::toString).forEach(parts::add);
      return parts;
    }
    int from = 0;
    Regex.Found found = find(guard, args, text, null);
    while (found != null && parts.size() < limit) {
      guard.look();
      parts.add(text.substring(from, found.start()));
      from = found.end();
      found = find(guard, args, text, found);
    }
    if (parts.size() < limit) {
      parts.add(text.substring(from));
    }
    return parts;
  }

  /** The first place of what is looked for after another. */
  private static Regex.@Nullable Found find(
      Guard guard, List<?> args, String text, Regex.@Nullable Found last) {
    if (Builtins.arg(args, 1) instanceof String token) {
      int start = TextSearch.find(text, token, last == null ? 0 : last.end());
      return start < 0 ? null : new Regex.Found(token, start, start + token.length(), List.of());
    }
    Regex regex = regex(guard, args);
    return last == null ? regex.find(text, 0) : regex.after(text, last);
  }

  /** {@code $replace(text, pattern, replacement, limit)}. */
  static @Nullable Object replace(Guard guard, List<?> args) {
    String text = text(args, 0);
    if (text == null) {
      return null;
    }
    if (Builtins.arg(args, 1) instanceof String token && token.isEmpty()) {
      throw guard.stop("$replace cannot look for an empty text");
    }
    int limit = limit(guard, args, 3, "$replace");
    boolean literal = Builtins.arg(args, 1) instanceof String;
    Object replacement = Builtins.arg(args, 2);
    StringBuilder replaced = new StringBuilder();
    int from = 0;
    int count = 0;
    Regex.Found found = limit == 0 ? null : find(guard, args, text, null);
    for (; found != null; found = ++count < limit ? find(guard, args, text, found) : null) {
      guard.look();
      replaced.append(text, from, found.start()).append(of(guard, found, replacement, literal));
      guard.checked(replaced.length());
      from = found.end();
    }
    return replaced.append(text, from, text.length()).toString();
  }

  private static String of(
      Guard guard, Regex.Found found, @Nullable Object replacement, boolean literal) {
    if (replacement instanceof String text) {
      return literal ? text : found.fill(text);
    }
    if (replacement != null && apply(replacement, found) instanceof String made) {
      return made;
    }
    throw guard.stop("the function given to $replace must return a text");
  }

  private static @Nullable Object apply(Object function, Regex.Found found) {
    try {
      return com.dashjoin.jsonata.Functions.funcApply(function, List.of(found.toMap()));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
