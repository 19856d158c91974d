package dev.catchment.json;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value as an immutable-by-use tree. Numbers keep the digits they were written with, objects
 * keep the order of their members, and of repeated member names the last counts.
 */
public sealed interface Json {
  /** The value of a JSON text. */
  record Str(String value) implements Json {}

  /**
   * A number.
   *
   * @param text the digits as written, a valid JSON number
   */
  record Num(String text) implements Json {
    /** The exact value. */
    public BigDecimal value() {
      return new BigDecimal(text);
    }
  }

  /** {@code true} or {@code false}. */
  record Bool(boolean value) implements Json {}

  /** {@code null}. */
  record Null() implements Json {
    private static final Null ONLY = new Null();
  }

  /** An array. */
  record Arr(List<Json> items) implements Json {}

  /** An object, in the order of its members. */
  record Obj(Map<String, Json> members) implements Json {
    /** The member, or null when there is none. */
    public @Nullable Json get(String name) {
      return members.get(name);
    }

    /** The text that the member is, or null when there is none or it is no text. */
    public @Nullable String textOf(String name) {
      return members.get(name) instanceof Str(String text) ? text : null;
    }

    /** The same with another text instead of null. */
    public String textOf(String name, String otherwise) {
      return members.get(name) instanceof Str(String text) ? text : otherwise;
    }
  }

  /**
   * The value of UTF-8 bytes; empty when they are not one valid JSON value nested at most 512 deep
   * and made of at most 2,000,000 values.
   */
  static Optional<Json> parse(byte[] utf8) {
    return JsonCodec.parse(utf8);
  }

  /** The value of a text; empty when it is not one valid JSON value nested at most 512 deep. */
  static Optional<Json> parse(String text) {
    return JsonCodec.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The value of a text this program wrote itself; anything else is a bug. */
  static Json read(String text) {
    return parse(text).orElseThrow(() -> new IllegalStateException("Stored JSON does not parse"));
  }

  /** Compact text: no white space, non-ASCII characters and {@code /} as themselves. */
  default String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  /** The same as UTF-8. */
  default byte[] bytes() {
    return JsonCodec.write(this);
  }

  /** The one {@code null}. */
  static Json nil() {
    return Null.ONLY;
  }

  static Json of(@Nullable String value) {
    return value == null ? nil() : new Str(value);
  }

  static Json of(long value) {
    return new Num(Long.toString(value));
  }

  static Json of(@Nullable Long value) {
    return value == null ? nil() : of(value.longValue());
  }

  static Json of(double value) {
    return new Num(BigDecimal.valueOf(value).stripTrailingZeros().toPlainString());
  }

  static Json of(boolean value) {
    return new Bool(value);
  }

  /** {@code 1} or {@code 0}: how rows of the gateway write a boolean column. */
  static Json flag(boolean value) {
    return new Num(value ? "1" : "0");
  }

  static Json array(Json... items) {
    return new Arr(Arrays.asList(items));
  }

  static Json array(List<? extends Json> items) {
    return new Arr(new ArrayList<>(items));
  }

  /** An array of texts. */
  static Json texts(List<String> items) {
    return new Arr(items.stream().map(Json::of).toList());
  }

  static ObjBuilder object() {
    return new ObjBuilder();
  }

  /** Builds an object member by member, in order. */
  final class ObjBuilder {
    private final Map<String, Json> members = new LinkedHashMap<>();

    public ObjBuilder put(String name, Json value) {
      members.put(name, value);
      return this;
    }

    public ObjBuilder put(String name, @Nullable String value) {
      return put(name, of(value));
    }

    public ObjBuilder put(String name, long value) {
      return put(name, of(value));
    }

    public ObjBuilder put(String name, @Nullable Long value) {
      return put(name, of(value));
    }

    public ObjBuilder put(String name, boolean value) {
      return put(name, of(value));
    }

    public ObjBuilder putAll(Obj other) {
      members.putAll(other.members());
      return this;
    }

    public Obj build() {
      return new Obj(members);
    }
  }
}
