package dev.catchment.feeds;

import dev.catchment.json.Json;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the table of payload shapes: lines {@code Name = {member shape, …}}. A shape is a kind, an
 * earlier name, words separated by {@code |}, {@code [shape]} or {@code {members}}; {@code ?} after
 * it allows null, {@code =text} gives a fallback, {@code ...Name} takes over an earlier object's
 * members.
 */
final class ShapeParser {
  private static final Json NO_ITEMS = Json.array();

  private final Map<String, Shape> names = new LinkedHashMap<>();
  private String line = "";
  private int at;

  private ShapeParser() {}

  static Map<String, Shape> parse(String table) {
    ShapeParser parser = new ShapeParser();
    table.lines().filter(text -> !text.isBlank()).forEach(parser::define);
    return Map.copyOf(parser.names);
  }

  private void define(String text) {
    line = text;
    at = 0;
    String name = word();
    expect('=');
    names.put(name, shape());
  }

  private Shape shape() {
    skipSpace();
    char c = line.charAt(at);
    if (c == '{') {
      return members();
    }
    if (c == '[') {
      at++;
      Shape element = shape();
      expect(']');
      return new Shape.ListOf(element);
    }
    String word = word();
    if (word.indexOf('|') >= 0) {
      return new Shape.OneOf(List.of(word.split("\\|")));
    }
    Shape known = names.get(word);
    return known != null
        ? known
        : new Shape.Plain(Shape.Kind.valueOf(word.toUpperCase(Locale.ROOT)));
  }

  private Shape members() {
    Map<String, Shape.Member> members = new LinkedHashMap<>();
    expect('{');
    while (true) {
      skipSpace();
      if (line.startsWith("...", at)) {
        at += 3;
        if (names.get(word()) instanceof Shape.Members earlier) {
          members.putAll(earlier.members());
        }
      } else {
        String name = word();
        members.put(name, member(shape()));
      }
      skipSpace();
      if (line.charAt(at++) == '}') {
        return new Shape.Members(Collections.unmodifiableMap(members));
      }
    }
  }

  private Shape.Member member(Shape shape) {
    boolean nullable = at < line.length() && line.charAt(at) == '?';
    at += nullable ? 1 : 0;
    if (at < line.length() && line.charAt(at) == '=') {
      at++;
      return new Shape.Member(shape, false, Json.of(word()));
    }
    return new Shape.Member(shape, nullable, fallback(shape));
  }

  private static @Nullable Json fallback(Shape shape) {
    return switch (shape) {
      case Shape.ListOf list -> NO_ITEMS;
      case Shape.Plain plain when plain.kind() == Shape.Kind.BOOL -> Json.of(false);
      default -> null;
    };
  }

  private String word() {
    skipSpace();
    int start = at;
    while (at < line.length() && " {}[],?=".indexOf(line.charAt(at)) < 0) {
      at++;
    }
    return line.substring(start, at);
  }

  private void expect(char c) {
    skipSpace();
    if (line.charAt(at++) != c) {
      throw new IllegalStateException("Expected " + c + " at " + at + " of: " + line);
    }
  }

  private void skipSpace() {
    while (at < line.length() && line.charAt(at) == ' ') {
      at++;
    }
  }
}
