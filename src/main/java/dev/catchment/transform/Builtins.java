package dev.catchment.transform;

import com.dashjoin.jsonata.Functions;
import com.dashjoin.jsonata.Jsonata;
import com.dashjoin.jsonata.Utils;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every function of the language, guarded. Most run as the library has them; those that it leaves
 * unbounded, that read the clock, or that lose digits run as written here and in {@link Texts}.
 * Names and signatures are those of the JSONata documentation.
 */
final class Builtins {
  private static final int PRECISION_MAX = 400;
  private static final int PRETTY_WEIGHT_MAX = 1 << 20;

  @SuppressWarnings("ThreadLocalUsage") // Two nodes in one process share nothing.
  private final ThreadLocal<Guard> guards = new ThreadLocal<>();

  private final Map<String, Jsonata.JFunction> functions = new LinkedHashMap<>();

  Builtins() {
    numbers();
    texts();
    collections();
    higherOrder();
    times();
    others();
  }

  /** The functions by name. */
  Map<String, Jsonata.JFunction> functions() {
    return functions;
  }

  /** Sets the guard of what this thread evaluates next; null when it is done. */
  void guard(@Nullable Guard guard) {
    if (guard == null) {
      guards.remove();
    } else {
      guards.set(guard);
    }
  }

  private Guard guard() {
    Guard guard = guards.get();
    if (guard == null) {
      throw new IllegalStateException("A function was called outside an evaluation");
    }
    return guard;
  }

  /** Runs as the library has it. */
  private void keep(String name, String signature) {
    keep(name, signature, name);
  }

  private void keep(String name, String signature, String method) {
    functions.put(name, new GuardedFunction(name, signature, method, this::guard, null));
  }

  private void own(String name, String signature, GuardedFunction.Body body) {
    own(name, signature, name, body);
  }

  private void own(String name, String signature, String method, GuardedFunction.Body body) {
    functions.put(name, new GuardedFunction(name, signature, method, this::guard, body));
  }

  /** The argument at an index, null when it was not given. */
  static @Nullable Object arg(List<?> args, int index) {
    return index < args.size() ? args.get(index) : null;
  }

  /** A number argument as a double. */
  static @Nullable Number number(List<?> args, int index) {
    return arg(args, index) instanceof Number number ? simple(number) : null;
  }

  /** What the library can count on: none of our own numbers, and none beyond a double. */
  private static Number simple(Number number) {
    if (number instanceof Digits) {
      if (!Utils.isNumeric(number)) {
        throw new Stopped("a number is out of range");
      }
      return number.doubleValue();
    }
    return number;
  }

  private void numbers() {
    keep("sum", "<a<n>:n>");
    keep("count", "<a:n>");
    keep("max", "<a<n>:n>");
    keep("min", "<a<n>:n>");
    keep("average", "<a<n>:n>");
    keep("number", "<(nsb)-:n>");
    keep("floor", "<n-:n>");
    keep("ceil", "<n-:n>");
    keep("sqrt", "<n-:n>");
    keep("power", "<n-n:n>");
    keep("random", "<:n>");
    own("abs", "<n-:n>", (guard, args) -> absolute(number(args, 0)));
    own("round", "<n-n?:n>", (guard, args) -> rounded(number(args, 0), number(args, 1)));
    own(
        "formatBase",
        "<n-n?:s>",
        (guard, args) -> Functions.formatBase(number(args, 0), number(args, 1)));
    own(
        "formatNumber",
        "<n-so?:s>",
        (guard, args) ->
            Functions.formatNumber(
                number(args, 0), Pictures.limited(args, 1), (Map<?, ?>) arg(args, 2)));
    own(
        "formatInteger",
        "<n-s:s>",
        (guard, args) -> Functions.formatInteger(number(args, 0), Pictures.limited(args, 1)));
    own(
        "parseInteger",
        "<s-s:n>",
        (guard, args) ->
            simplified(
                Functions.parseInteger(Pictures.numeral(args, 0), Pictures.limited(args, 1))));
  }

  private static @Nullable Number simplified(@Nullable Number number) {
    return number == null ? null : Utils.convertNumber(number);
  }

  private static @Nullable Number absolute(@Nullable Number number) {
    return number == null || number.doubleValue() >= 0
        ? number
        : Utils.convertNumber(-number.doubleValue());
  }

  /** To the nearest, halves to the even neighbour. */
  private static @Nullable Number rounded(@Nullable Number number, @Nullable Number precision) {
    int digits = precision == null ? 0 : precision.intValue();
    if (number == null || (number instanceof Integer && digits >= 0)) {
      return number;
    }
    if (Math.abs(digits) > PRECISION_MAX) {
      throw new Stopped("$round takes a precision up to " + PRECISION_MAX);
    }
    return Utils.convertNumber(
        new BigDecimal(number.toString()).setScale(digits, RoundingMode.HALF_EVEN).doubleValue());
  }

  private void texts() {
    own("string", "<x-b?:s>", (guard, args) -> string(guard, arg(args, 0), arg(args, 1)));
    own("substring", "<s-nn?:s>", (guard, args) -> Texts.substring(args));
    own("substringBefore", "<s-s:s>", (guard, args) -> Texts.substringBefore(args));
    own("substringAfter", "<s-s:s>", (guard, args) -> Texts.substringAfter(args));
    keep("lowercase", "<s-:s>");
    keep("uppercase", "<s-:s>");
    keep("length", "<s-:n>");
    keep("trim", "<s-:s>");
    own("pad", "<s-ns?:s>", Texts::pad);
    own("match", "<s-f<s:o>n?:a<o>>", Texts::match);
    own("contains", "<s-(sf):b>", Texts::contains);
    own("replace", "<s-(sf)(sf)n?:s>", Texts::replace);
    own("split", "<s-(sf)n?:a<s>>", Texts::split);
    own("join", "<a<s>s?:s>", Texts::join);
    keep("base64encode", "<s-:s>");
    keep("base64decode", "<s-:s>");
    keep("encodeUrlComponent", "<s-:s>");
    keep("encodeUrl", "<s-:s>");
    keep("decodeUrlComponent", "<s-:s>");
    keep("decodeUrl", "<s-:s>");
  }

  private static @Nullable String string(
      Guard guard, @Nullable Object value, @Nullable Object prettify) {
    boolean pretty = Boolean.TRUE.equals(prettify);
    // Indentation grows with the square of the depth.
    if (pretty && guard.weigh(value) > PRETTY_WEIGHT_MAX) {
      throw guard.stop("$string can only prettify values up to 1 MiB");
    }
    return Functions.string(value, pretty);
  }

  private void collections() {
    keep("zip", "<a+>");
    keep("keys", "<x-:a<s>>");
    keep("append", "<xx:a>");
    keep("merge", "<a<o>:o>");
    keep("reverse", "<a:a>");
    keep("shuffle", "<a:a>");
    own("clone", "<(oa)-:o>", "functionClone", (guard, args) -> Values.copy(arg(args, 0)));
    own(
        "lookup",
        "<x-s:x>",
        (guard, args) -> Functions.lookup(arg(args, 0), (String) arg(args, 1)));
    own("spread", "<x-:a<o>>", (guard, args) -> spread(arg(args, 0)));
    own("distinct", "<x:x>", (guard, args) -> distinct(guard, arg(args, 0)));
  }

  private static @Nullable Object spread(@Nullable Object value) {
    if (!(value instanceof List || value instanceof Map)) {
      return value;
    }
    List<Object> spread = Utils.createSequence();
    spreadInto(spread, value);
    return spread;
  }

  private static void spreadInto(List<Object> spread, Object value) {
    switch (value) {
      case List<?> list -> list.forEach(item -> spreadInto(spread, item));
      case Map<?, ?> map ->
          map.forEach((name, member) -> {
            Map<Object, Object> single = new LinkedHashMap<>();
            single.put(name, member);
            spread.add(single);
          });
      default -> spread.add(value);
    }
  }

  private static @Nullable Object distinct(Guard guard, @Nullable Object value) {
    if (!(value instanceof List<?> list) || list.size() <= 1) {
      return value;
    }
    // Values made to share a hash take time that grows with their number.
    Set<Object> seen = new LinkedHashSet<>();
    for (Object item : list) {
      guard.look();
      seen.add(item);
    }
    Collection<Object> distinct =
        list instanceof Utils.JList ? Utils.createSequence() : new ArrayList<>();
    distinct.addAll(seen);
    return distinct;
  }

  private void higherOrder() {
    keep("map", "<af>");
    keep("filter", "<af>");
    keep("sift", "<o-f?:o>");
    keep("each", "<o-f:a>");
    keep("sort", "<af?:a>");
    own("single", "<af?>", (guard, args) -> Functions.single((List<?>) arg(args, 0), arg(args, 1)));
    own(
        "reduce",
        "<afj?:j>",
        "foldLeft",
        (guard, args) -> Functions.foldLeft((List<?>) arg(args, 0), arg(args, 1), arg(args, 2)));
  }

  private void times() {
    own(
        "toMillis",
        "<s-s?:n>",
        "dateTimeToMillis",
        (guard, args) ->
            simplified(
                Functions.dateTimeToMillis(
                    Pictures.timestamp(args, 0), Pictures.forParsing(args, 1))));
    own(
        "fromMillis",
        "<n-s?s?:s>",
        "dateTimeFromMillis",
        (guard, args) ->
            Functions.dateTimeFromMillis(
                number(args, 0), Pictures.forWriting(args, 1), (String) arg(args, 2)));
    own(
        "now",
        "<s?s?:s>",
        (guard, args) ->
            Functions.dateTimeFromMillis(
                guard.now(), Pictures.forWriting(args, 0), (String) arg(args, 1)));
    own("millis", "<:n>", (guard, args) -> guard.now());
  }

  private void others() {
    keep("boolean", "<x-:b>", "toBoolean");
    keep("not", "<x-:b>");
    keep("exists", "<x:b>");
    keep("type", "<x:s>");
    keep("error", "<s?:x>");
    keep("assert", "<bs?:x>", "assertFn");
    own(
        "eval",
        "<sx?:x>",
        "functionEval",
        (guard, args) -> {
          throw guard.stop("$eval is not available here");
        });
  }
}
