package dev.catchment.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TransformsTest {
  private static final Json.Obj EVENT =
      (Json.Obj) Json.read("{\"id\":\"e1\",\"method\":\"POST\",\"headers\":{\"x-a\":\"1\"}}");

  private final Transforms transforms =
      new Transforms(
          InstantSource.fixed(Instant.parse("2026-03-01T09:30:00.250Z")),
          System::nanoTime,
          new TransformSettings(2, 256L << 20));

  @AfterEach
  void close() {
    transforms.close();
  }

  private String made(String expression, String body) {
    return switch (transforms.apply(expression, Json.parse(body), EVENT)) {
      case TransformResult.Made made ->
          new String(made.bytes(), java.nio.charset.StandardCharsets.UTF_8);
      case TransformResult.Failed failed -> "FAILED " + failed.reason();
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"n\": a}|{\"a\":1}|{\"n\":1}",
        "{\"n\": a.b[1].c}|{\"a\":{\"b\":[{\"c\":1},{\"c\":\"x\"}]}}|{\"n\":\"x\"}",
        "items.{\"id\": id}|{\"items\":[{\"id\":1},{\"id\":2}]}|[{\"id\":1},{\"id\":2}]",
        "[items.id]|{\"items\":[{\"id\":1},{\"id\":2}]}|[1,2]",
        "{\"a\": null, \"b\": missing}|{}|{\"a\":null}",
        "{\"e\": $event.id, \"h\": $event.headers.`x-a`}|{}|{\"e\":\"e1\",\"h\":\"1\"}",
        "$|[1,null,\"ä\",true]|[1,null,\"ä\",true]",
        "{\"x\": list[0]}|{\"list\":[null,1]}|{\"x\":null}",
        "{\"sum\": $sum(items.(p * q))}|{\"items\":[{\"p\":1.5,\"q\":2},{\"p\":2,\"q\":3}]}|{\"sum\":9}",
        "{\"now\": $now(), \"ms\": $millis()}|{}|{\"now\":\"2026-03-01T09:30:00.250Z\",\"ms\":1772357400250}",
        "{\"x\": $map([1..3], function($i) { $i * $i })}|{}|{\"x\":[1,4,9]}",
        "{\"x\": $reduce([1..5], function($a, $b) { $a + $b })}|{}|{\"x\":15}",
        "{\"x\": $substring(?, 0, 2)(\"abc\")}|{}|{\"x\":\"ab\"}",
        "$merge([$, {\"z\": 1}])|{\"a\":1}|{\"a\":1,\"z\":1}",
        "{\"x\": a.b.c ~> $uppercase()}|{\"a\":{\"b\":{\"c\":\"q\"}}}|{\"x\":\"Q\"}",
        "{\"x\": $type(a), \"y\": $string(a)}|{\"a\":[1,2.50]}|{\"x\":\"array\",\"y\":\"[1,2.50]\"}",
      })
  void givesWhatTheLanguageSays(String expression, String body, String wanted) {
    assertThat(made(expression, body)).isEqualTo(wanted);
  }

  @Test
  void changesPartsOfACopy() {
    assertThat(made("$ ~> |a.b|{\"n\": 2}, \"gone\"|", "{\"a\":{\"b\":{\"n\":1,\"gone\":1}}}"))
        .isEqualTo("{\"a\":{\"b\":{\"n\":2}}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "12345678901234567890123",
        "9007199254740993",
        "-9223372036854775808",
        "1.50",
        "0.1234567890123456789",
        "1e400",
        "1E5",
        "-0",
        "-0.0",
        "19.99",
        "0",
      })
  void keepsTheDigitsOfNumbersThatPassThrough(String number) {
    assertThat(made("{\"a\": $.x, \"b\": y[0]}", "{\"x\":" + number + ",\"y\":[" + number + "]}"))
        .isEqualTo("{\"a\":" + number + ",\"b\":" + number + "}");
    assertThat(made("$lookup($, \"x\") ~> function($n) { [$n] }", "{\"x\":" + number + "}"))
        .isEqualTo("[" + number + "]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "[$match(\"a1b22\", /[a-z]([0-9]+)/).groups]|[\"1\",\"22\"]",
        "[$match(\"a1b22\", /[a-z][0-9]+/, 1).match]|[\"a1\"]",
        "[$contains(\"abc\", \"b\"), $contains(\"abc\", /B/i), $contains(\"abc\", /^b/m)]|[true,true,false]",
        "[$replace(\"a.b.c\", \".\", \"-\")]|[\"a-b-c\"]",
        "[$replace(\"a.b.c\", \".\", \"-\", 1)]|[\"a-b.c\"]",
        "[$replace(\"265USD\", /([0-9]+)USD/, \"$$$1\")]|[\"$265\"]",
        "[$replace(\"ab\", /(a)(b)/, \"$2$1$3$0\")]|[\"baab\"]",
        "[$replace(\"a1b2\", /[0-9]/, function($m) { \"<\" & $m.match & \">\" })]|[\"a<1>b<2>\"]",
        "$split(\"a, b,c\", /,\\s*/)|[\"a\",\"b\",\"c\"]",
        "$split(\"a.b.c\", \".\", 2)|[\"a\",\"b\"]",
        "$split(\"äöü\", \"\")|[\"ä\",\"ö\",\"ü\"]",
        "[/b+/(\"abbc\").match]|[\"bb\"]",
        "[\"abc\" ~> /b/ ~> $type()]|[\"object\"]",
        "[$pad(\"a\", 4, \"xy\"), $pad(\"a\", -3), $pad(\"abc\", 2)]|[\"axyx\",\"  a\",\"abc\"]",
        "[$substring(\"häuser\", 1, 2), $substring(\"abc\", -2), $substring(\"abc\", 5)]|[\"äu\",\"bc\",\"\"]",
        "[$join([\"a\",\"b\"], \"-\"), $join([\"a\",\"b\"])]|[\"a-b\",\"ab\"]",
        "[10 / 2 / 5, (8)/2, $sum([4])/2/1]|[1,4,2]",
        "[$round(2.5), $round(3.5), $round(1.2345, 2), $abs(-1.5)]|[2,4,1.23,1.5]",
        "[$distinct([1,2,1]), $count($spread({\"a\":1,\"b\":2}))]|[1,2,2]",
        "[$fromMillis(0, \"[Y0001]-[M01]\"), $string($toMillis(\"1970-01-02T00:00:00Z\"))]|[\"1970-01\",\"86400000\"]",
      })
  void textFunctionsDoWhatTheirDocumentationSays(String expression, String wanted) {
    assertThat(made(expression, "{}")).isEqualTo(wanted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "a.b|the result must be an object or an array, and is nothing",
        "\"text\"|the result must be an object or an array, and is a string",
        "1|the result must be an object or an array, and is a number",
        "null|the result must be an object or an array, and is null",
        "function($x) { 1 }|the result must be an object or an array, and is a function",
        "$sum|the result must be an object or an array, and is a function",
        "[function($x) { 1 }]|the result holds a function",
        "{\"a\": $uppercase}|the result holds a function",
        "{\"a\": \"x\" + 1}|The left side of the \"+\" operator must evaluate to a number",
        "$error(\"no such order\")|no such order",
        "$eval(\"1\")|$eval is not available here",
        "$nothing(1)|Attempted to invoke a non-function",
        "{\"a\": $number(\"x\")}|For input string: \"x\"",
        "$map([{}], $uppercase)|a function was given a value that it cannot work with",
      })
  void saysWhyThereIsNoResult(String expression, String reason) {
    assertThat(made(expression, "{}")).isEqualTo("FAILED " + reason);
  }

  @Test
  void aBodyThatDoesNotParseHasNoResult() {
    assertThat(transforms.apply("$", Optional.empty(), EVENT))
        .isEqualTo(new TransformResult.Failed("the body is neither JSON nor a form"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "a.(|is no valid JSONata",
        "{\"a\": }|is no valid JSONata",
        "\"open|is no valid JSONata: String literal must be terminated by a matching quote at position 6",
        "a ]|is no valid JSONata: Syntax error: \"]\" at position 4",
        "/|holds a regular expression without an end at position 1",
        "$match(a, /(?=x)/)|is not possible: the regular expression /(?=x)/ is not supported",
        "$match(a, /((a{100}){100}){100}/)|is not possible: the repeats of a regular expression are too many",
        "$__evaluate_entry := 1|uses the reserved name __evaluate_ at position 2",
        "[1] /* open|holds a comment without an end at position 5",
      })
  void refusesTextsThatAreNoExpressions(String expression, String problem) {
    assertThatThrownBy(() -> transforms.check(expression, "transform_expression"))
        .isInstanceOf(Failure.class)
        .hasMessageStartingWith("Invalid body: 'transform_expression' " + problem);
  }

  @Test
  void boundsTheTextAndItsNesting() {
    transforms.check("[".repeat(50) + "1" + "]".repeat(50), "f");
    assertThatThrownBy(() -> transforms.check("[".repeat(51) + "1" + "]".repeat(51), "f"))
        .hasMessage("Invalid body: 'f' is nested deeper than 50 levels at position 51");
    transforms.check("[\"" + "[".repeat(60) + "\", /[\\[{(]/ ] /* ((( */", "f");
    String longest = "/*" + " ".repeat(Transforms.TEXT_CHARS_MAX - 6) + "*/[]";
    transforms.check(longest, "f");
    assertThatThrownBy(() -> transforms.check(longest + " ", "f"))
        .hasMessageStartingWith("Invalid body: 'f' has more than 65536 characters");
    transforms.check("1 " + "- -1".repeat(200), "f");
    assertThatThrownBy(() -> transforms.check("- ".repeat(30_000) + "1", "f"))
        .hasMessage("Invalid body: 'f' is nested deeper than 50 levels at position 101");
  }

  @Test
  void callsMayStandTwoHundredDeep() {
    String recursion =
        "($f := function($n) { $n = 0 ? [] : $append($n, $f($n - 1)) }; {\"n\": $count($f(%d))})";
    assertThat(made(recursion.formatted(90), "{}")).isEqualTo("{\"n\":90}");
    assertThat(made(recursion.formatted(250), "{}"))
        .isEqualTo("FAILED it calls itself deeper than 200 calls");
    String plain = "($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; {\"n\": $f(%d)})";
    assertThat(made(plain.formatted(198), "{}")).isEqualTo("{\"n\":198}");
    assertThat(made(plain.formatted(201), "{}"))
        .isEqualTo("FAILED it calls itself deeper than 200 calls");
    String tail = "($f := function($n) { $n = 0 ? [1] : $f($n - 1) }; $f(2000))";
    assertThat(made(tail, "{}")).isEqualTo("[1]");
  }

  @Test
  void oneEvaluationLeavesNothingForTheNext() {
    String expression = "($x := $exists($x) ? 2 : 1; [$x, list{\"k\": 1}])";
    assertThat(made(expression, "{\"list\":[]}")).isEqualTo(made(expression, "{\"list\":[]}"));
    assertThat(made("[$count(list), list{\"k\": 1}, $count(list)]", "{\"list\":[]}"))
        .startsWith("[0,");
  }
}
