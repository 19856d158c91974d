package dev.catchment.transform;

import com.dashjoin.jsonata.JException;
import com.dashjoin.jsonata.Jsonata;
import com.dashjoin.jsonata.Parser;
import dev.catchment.json.Json;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A compiled expression. Safe for use by several threads. */
final class Expression {

  /** Parts of the expression itself; the library makes further ones while it evaluates. */
  private static final int PARTS_REMEMBERED_MAX = 20_000;

  /** A call of a function as the library describes it. */
  private static final String CALL = "Symbol null value=(";

  /** A wildcard; a multiplication is described as an infix. */
  private static final String WILDCARD = " * value=*";

  private static final int REASON_CHARS_MAX = 300;

  private final Jsonata compiled;
  private final Builtins builtins;
  private final boolean changes;
  private final ConcurrentHashMap<Parser.Symbol, Kind> kinds = new ConcurrentHashMap<>();

  private Expression(Jsonata compiled, Builtins builtins, boolean changes) {
    this.compiled = compiled;
    this.builtins = builtins;
    this.changes = changes;
  }

  /**
   * Compiles a text. Its memory is bounded by the length of the text, its time nearly so: to be run
   * by a thread that can be given up, and that is not used again, because the library's parser
   * keeps things with its thread.
   *
   * @throws Misfit when the text is not an expression
   */
  static Expression compile(String text, Builtins builtins) {
    ExpressionText.Prepared prepared = ExpressionText.prepare(text);
    try {
      Jsonata compiled = Jsonata.jsonata(prepared.code());
      compiled.setValidateInput(false);
      compiled.setOutputConvertNulls(false);
      builtins.functions().forEach(compiled::registerFunction);
      for (int i = 0; i < prepared.regexes().size(); i++) {
        compiled.registerFunction(ExpressionText.nameOf(i), prepared.regexes().get(i));
      }
      return new Expression(compiled, builtins, prepared.changes());
    } catch (JException e) {
      throw new Misfit("is no valid JSONata: " + shown(e), e.getLocation());
    } catch (StackOverflowError e) {
      throw new Misfit("is nested too deeply", -1);
    } catch (RuntimeException | Error e) {
      // The parser runs over the end of some texts, and throws Error where it has nothing to say.
      throw new Misfit("is no valid JSONata", -1);
    }
  }

  /**
   * Applies it within the bounds of the guard.
   *
   * @param event the value of {@code $event}
   */
  TransformResult apply(Json body, Json.Obj event, Guard guard) {
    try {
      builtins.guard(guard);
      return evaluate(body, event, guard);
    } catch (StackOverflowError e) {
      return failed(guard, "it is nested too deeply");
    } catch (OutOfMemoryError e) {
      return failed(guard, "it used too much memory");
    } catch (JException e) {
      return failed(guard, shown(e));
    } catch (RuntimeException | Error e) {
      return failed(guard, unexpected(e));
    } finally {
      builtins.guard(null);
    }
  }

  private TransformResult evaluate(Json body, Json.Obj event, Guard guard) {
    Object input = Values.toLibrary(body, changes);
    guard.weigh(input);
    Jsonata.Frame bindings = compiled.createFrame();
    bindings.bind("event", Values.toLibrary(event, false));
    bindings.setEvaluateEntryCallback((part, in, environment) -> entered(guard, part, in));
    bindings.setEvaluateExitCallback((part, in, environment, out) -> left(guard, part, out));
    Object result = compiled.evaluate(input, bindings);
    guard.weigh(result);
    if (!(result instanceof Map || result instanceof List)) {
      return failed(guard, "the result must be an object or an array, and is " + kind(result));
    }
    Json value = Values.fromLibrary(result);
    byte[] bytes = value.bytes();
    return bytes.length > Transforms.RESULT_BYTES_MAX
        ? failed(guard, "the result is larger than " + (Transforms.RESULT_BYTES_MAX >> 20) + " MiB")
        : new TransformResult.Made(value, bytes);
  }

  /** A guard for one application of this expression. */
  Guard guard(Meter meter) {
    return new Guard(meter, !changes);
  }

  /** What has to be known of a part of an expression. */
  private enum Kind {
    CALL,
    WILDCARD,
    OTHER
  }

  /** The library tells what a part is by nothing but its text. */
  private Kind kind(Parser.Symbol part) {
    Kind known = kinds.get(part);
    if (known == null) {
      known =
          switch (part.toString()) {
            case CALL -> Kind.CALL;
            case WILDCARD -> Kind.WILDCARD;
            default -> Kind.OTHER;
          };
      if (kinds.size() < PARTS_REMEMBERED_MAX) {
        kinds.put(part, known);
      }
    }
    return known;
  }

  private void entered(Guard guard, Parser.Symbol part, @Nullable Object input) {
    Kind kind = kind(part);
    guard.enter(kind == Kind.CALL);
    if (kind == Kind.WILDCARD) {
      guard.expand(input);
    }
  }

  private void left(Guard guard, Parser.Symbol part, @Nullable Object result) {
    guard.leave(kind(part) == Kind.CALL, result);
    if (result instanceof Pattern) {
      throw guard.stop("a regular expression cannot stand where it does");
    }
  }

  private static String kind(@Nullable Object value) {
    return switch (value) {
      case null -> "nothing";
      case String text -> "a string";
      case Number number -> "a number";
      case Boolean truth -> "true or false";
      default -> Values.isNull(value) ? "null" : "a function";
    };
  }

  /** The reason to end counts before what the library made of it. */
  private static TransformResult failed(Guard guard, String otherwise) {
    Stopped stopped = guard.stopped();
    return new TransformResult.Failed(stopped == null ? otherwise : stopped.reason());
  }

  private static String unexpected(Throwable fault) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case Stopped stopped -> {
          return stopped.reason();
        }
        case JException known -> {
          return shown(known);
        }
        case StackOverflowError deep -> {
          return "it is nested too deeply";
        }
        default -> {}
      }
    }
    String message = fault.getMessage();
    boolean readable =
        message != null
            && (fault instanceof NumberFormatException
                || fault instanceof java.time.DateTimeException);
    return readable
        ? cut(String.valueOf(message))
        : "a function was given a value that it cannot work with";
  }

  private static String shown(JException fault) {
    String message = fault.getMessage() == null ? "it failed" : fault.getMessage();
    String readable =
        message
            .replace(" of Object ", " of function ")
            .replace("does not match Object signature", "does not match its signature")
            .replace("passed to Object ", "passed to function ")
            .replace("JSonataException ", "");
    return cut(readable);
  }

  private static String cut(String text) {
    String line = text.replace('\n', ' ').replace('\r', ' ');
    return line.length() <= REASON_CHARS_MAX ? line : line.substring(0, REASON_CHARS_MAX) + "…";
  }
}
