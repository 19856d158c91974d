package dev.catchment.transform;

import com.dashjoin.jsonata.Jsonata;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the tree of this program into values of the library and back. */
final class Values {
  private Values() {}

  /**
   * Fresh lists and maps, because the library changes some of those it is given.
   *
   * @param copied whether the library may copy it by way of text, which it cannot do with numbers
   *     beyond a double
   */
  static Object toLibrary(Json value, boolean copied) {
    return switch (value) {
      case Json.Str(String text) -> text;
      case Json.Num(String text) -> number(text, copied);
      case Json.Bool(boolean truth) -> truth;
      case Json.Null none -> Jsonata.NULL_VALUE;
      case Json.Arr(List<Json> items) -> {
        List<Object> list = new ArrayList<>(items.size());
        items.forEach(item -> list.add(toLibrary(item, copied)));
        yield list;
      }
      case Json.Obj(Map<String, Json> members) -> {
        Map<String, Object> map = LinkedHashMap.newLinkedHashMap(members.size());
        members.forEach((name, member) -> map.put(name, toLibrary(member, copied)));
        yield map;
      }
    };
  }

  private static Number number(String text, boolean copied) {
    Number number = Digits.of(text);
    if (copied && Double.isInfinite(number.doubleValue())) {
      throw new Stopped("the body holds a number that is out of range");
    }
    return number;
  }

  /** A copy that keeps all digits. */
  static @Nullable Object copy(@Nullable Object value) {
    return switch (value) {
      case List<?> list -> {
        List<Object> copy = new ArrayList<>(list.size());
        list.forEach(item -> copy.add(copy(item)));
        yield copy;
      }
      case Map<?, ?> map -> {
        Map<Object, Object> copy = LinkedHashMap.newLinkedHashMap(map.size());
        map.forEach((name, member) -> copy.put(name, copy(member)));
        yield copy;
      }
      case null, default -> value;
    };
  }

  /** A value that a {@link Guard} has weighed, so that it is neither endless nor too deep. */
  static Json fromLibrary(@Nullable Object value) {
    return switch (value) {
      case null -> Json.nil();
      case String text -> Json.of(text);
      case Boolean truth -> Json.of(truth.booleanValue());
      case Double number -> new Json.Num(finite(number));
      case Number number -> new Json.Num(number.toString());
      case List<?> list -> {
        List<Json> items = new ArrayList<>(list.size());
        list.forEach(item -> items.add(fromLibrary(item)));
        yield Json.array(items);
      }
      case Map<?, ?> map -> {
        Json.ObjBuilder object = Json.object();
        map.forEach((name, member) -> object.put(String.valueOf(name), fromLibrary(member)));
        yield object.build();
      }
      default -> {
        if (isNull(value)) {
          yield Json.nil();
        }
        throw new Stopped("the result holds a function");
      }
    };
  }

  /** Whether it is the one null of the language. */
  static boolean isNull(Object value) {
    return value.equals(Jsonata.NULL_VALUE);
  }

  private static String finite(double number) {
    if (!Double.isFinite(number)) {
      throw new Stopped("the result holds a number that JSON cannot express");
    }
    return Digits.text(number);
  }
}
