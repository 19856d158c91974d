package dev.catchment.transform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions that mean ill: each ends soon and harms nobody. */
@Timeout(120)
final class HostileTransformsTest {
  private static final Json.Obj EVENT = Json.object().put("id", "e").build();

  /** A bound of five seconds or so is kept also where six share two processors. */
  private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();

  private final Transforms transforms =
      new Transforms(InstantSource.system(), System::nanoTime, new TransformSettings(2, 96L << 20));

  @AfterEach
  void close() {
    transforms.close();
  }

  private TransformResult apply(String expression, String body) {
    return transforms.apply(expression, Json.parse(body), EVENT);
  }

  private String reason(String expression, String body) {
    return apply(expression, body) instanceof TransformResult.Failed(String reason)
        ? reason
        : "made";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "($f := function($n) { 1 + $f($n) }; [$f(1)])",
        "($f := function() { $f() }; $f())",
        "($f := function($n) { $map([1..2], function($i) { $f($n) }) }; $f(1))",
        "[1..9999999]",
        "[1..9999999].($ * 2)",
        "[1, [1..900000].([1..900000])]",
        "$map([1..900000], function($x) { $map([1..900000], $sqrt) })",
        "$reduce([1..900000], $append)",
        "{\"a\": $pad(\"x\", 500000000)}",
        "{\"a\": $pad(\"x\", -2000000000, \"yz\")}",
        "($s := function($t, $n) { $n = 0 ? $t : $s($t & $t, $n - 1) }; [$s(\"xxxxxxxx\", 40)])",
        "[$join($map([1..100000], function($i) { $pad(\"\", 100000) }), \"-\")]",
        "($f := function($v, $n) { $n = 0 ? $v : $f({\"a\": $v, \"b\": $v}, $n - 1) }; $f(1, 60))",
        "($f := function($v, $n) { $n = 0 ? $v : $f([[$v], [$v]], $n - 1) }; $f(1, 60))",
        "($f := function($v, $n) { $n = 0 ? $v : $f($v ~> |$|{\"a\": $v, \"b\": $v}|, $n - 1) };"
            + " $f({}, 60))",
        "($v := {}; $ ~> |$|{\"self\": $}|)",
        "($v := $ ~> |$|{\"self\": $}|; [$v = $v, $string($v)])",
        "[$round(1.5, 2000000000)]",
        "[$string(a, true), $round(huge)]",
        "[$formatInteger(2000000000, \"I\")]",
        "[$formatInteger(1, $pad(\"\", 1000000, \"0\"))]",
        "[$fromMillis(0, \"[Y,999999999]\")]",
        "[$toMillis($pad(\"\", 60, \"1\") & \"x\", $join($map([1..30], function() { \"[f]\" })))]",
        "[$replace($pad(\"\", 1000000, \"a\"), /a/, $pad(\"\", 1000000, \"b\"))]",
        "[$zip([1..300000], [1..300000], [1..300000], [1..300000], [1..300000])]",
        "$distinct([1..900000].{\"a\": $})",
        "$sort([1..900000], function($a, $b) { $a < $b })",
        "[1..3000].[1..3000].[1..3000]",
        "$eval(\"[1..9999999]\")",
        "$nothing(?)(1)",
        "function($x) { $x }",
        "($f := function($x)<nn+:n> { $x }; $f)",
      })
  void endsSoonAndWithoutAResult(String expression) {
    long begun = System.nanoTime();
    assertThat(reason(expression, "{\"a\":{\"b\":[1,2]},\"huge\":1e999999999}"))
        .as(expression)
        .isNotEqualTo("made")
        .hasSizeBetween(1, 400);
    assertThat(System.nanoTime() - begun).isLessThan(PATIENCE_NANOS);
    assertThat(apply("[1]", "{}")).isInstanceOf(TransformResult.Made.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[$match(a, /(a+)+$/).match]",
        "[$contains(a, /(a|a)*b/)]",
        "[$replace(a, /(a*)*c/, \"\")]",
        "[$count($split(a, /(x+x+)+y/))]",
        "[/(a+)+$/(a).end]",
        "[a ~> /(a+)+$/ ~> $type()]",
      })
  void patternsThatBacktrackElsewhereTakeNoTime(String expression) {
    String body = "{\"a\":\"" + "a".repeat(20_000) + "!\"}";
    long begun = System.nanoTime();
    apply(expression, body);
    assertThat(System.nanoTime() - begun).isLessThan(PATIENCE_NANOS);
    assertThat(reason(expression, body)).doesNotContain("stopped");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[$contains(m, $substring(m, 0, 700000) & \"b\")]",
        "[$split(m, $substring(m, 0, 700000) & \"b\")[1]]",
        "[$replace(m, $substring(m, 0, 700000) & \"b\", \"\")[1]]",
        "[$substringBefore(m, $substring(m, 0, 700000) & \"b\")[1]]",
        "[$substringAfter(m, $substring(m, 0, 700000) & \"b\")[1]]",
        "[$parseInteger($replace(m, \"a\", \"9\"), \"0\")]",
      })
  void longTextsThatNearlyHoldAnotherTakeNoTime(String expression) {
    String body = "{\"m\":\"" + "a".repeat(1_500_000) + "\"}";
    long begun = System.nanoTime();
    assertThat(reason(expression, body)).doesNotContain("stopped");
    assertThat(System.nanoTime() - begun).isLessThan(PATIENCE_NANOS);
  }

  @Test
  void aJoinOfLongListsEndsBeforeItHasFilledTheMemory() {
    String body = "{\"a\":[1" + ",1".repeat(300_000) + "]}";
    assertThat(reason("[a@$x.a@$y[$x = $y]]", body))
        .isEqualTo("it used more than 96 MiB of memory");
  }

  /** As an object whose members are lists, of which the library copies all it has for each. */
  private static Json lists(int members) {
    StringBuilder body = new StringBuilder("{\"k\":[0]");
    for (int i = 0; i < members; i++) {
      body.append(",\"k").append(i).append("\":[1,2,3]");
    }
    return Json.parse(body.append('}').toString()).orElseThrow();
  }

  @Test
  void aWildcardOverManyListsIsRefusedBeforeItIsExpanded() {
    long begun = System.nanoTime();
    assertThat(transforms.apply("[*]", Optional.of(lists(100_000)), EVENT))
        .isEqualTo(new TransformResult.Failed("it used more than 96 MiB of memory"));
    assertThat(System.nanoTime() - begun).isLessThan(PATIENCE_NANOS);
    assertThat(transforms.apply("[*]", Optional.of(lists(1_000)), EVENT))
        .isInstanceOf(TransformResult.Made.class);
    assertThat(transforms.apply("[2 * 3]", Optional.of(lists(100_000)), EVENT))
        .isInstanceOf(TransformResult.Made.class);
  }

  @Test
  void whatCannotBeStoppedIsGivenUpAndOthersGoOn() throws Exception {
    // Without a bound on memory the library computes for many seconds and asks nobody meanwhile.
    Json large = lists(20_000);
    try (Transforms unbounded =
            new Transforms(
                InstantSource.system(), System::nanoTime, new TransformSettings(2, 1L << 50));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<TransformResult>> stuck = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        String expression = "[*]" + " ".repeat(i);
        stuck.add(threads.submit(() -> unbounded.apply(expression, Optional.of(large), EVENT)));
      }
      for (int i = 0; i < 50; i++) {
        Json small = Json.object().put("i", i).build();
        assertThat(unbounded.apply("{\"i\": i}", Optional.of(small), EVENT))
            .isInstanceOf(TransformResult.Made.class);
      }
      for (Future<TransformResult> one : stuck) {
        assertThat(one.get())
            .isEqualTo(new TransformResult.Failed("it could not be stopped in time"));
      }
      assertThat(unbounded.apply("[*]", Optional.of(Json.object().build()), EVENT))
          .isEqualTo(
              new TransformResult.Failed(
                  "it could not be stopped before, and is not evaluated again until it is changed"));
      assertThat(unbounded.apply("[1]", Optional.of(Json.object().build()), EVENT))
          .isInstanceOf(TransformResult.Made.class);
    }
    awaitRunaways();
  }

  /** Other tests share this process, and measure what it holds and does. */
  private static void awaitRunaways() throws InterruptedException {
    for (Map.Entry<Thread, StackTraceElement[]> one : Thread.getAllStackTraces().entrySet()) {
      if (Arrays.stream(one.getValue())
          .anyMatch(frame -> frame.getMethodName().equals("evaluateWildcard"))) {
        assertThat(one.getKey().join(Duration.ofMinutes(2))).isTrue();
      }
    }
  }

  @Test
  void manyAtOnceAllGetTheirAnswer() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<TransformResult>> all = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        String body = "{\"i\":" + i + "}";
        String expression = "{\"n\": i + " + i % 7 + "}";
        all.add(threads.submit(() -> apply(expression, body)));
      }
      for (int i = 0; i < all.size(); i++) {
        assertThat(all.get(i).get())
            .isInstanceOfSatisfying(
                TransformResult.Made.class,
                made -> assertThat(made.value().text()).startsWith("{\"n\":"));
      }
    }
  }

  @Test
  void randomTextsNeitherHangNorBreakAnything() {
    RandomGenerator random = new SplittableRandom(20260301);
    String[] parts = {
      "$",
      "$f",
      ":=",
      "function($x){",
      "}",
      "(",
      ")",
      "[",
      "]",
      "{",
      "}",
      "\"a\"",
      ":",
      ",",
      ".",
      "..",
      "*",
      "**",
      "%",
      "/a+/",
      "/",
      "?",
      "|",
      "~>",
      "^(",
      "@$v",
      "#$i",
      "1",
      "1e9",
      "-",
      "&",
      "=",
      "<",
      " and ",
      " in ",
      "a",
      "`b`",
      "$map",
      "$reduce",
      "$pad",
      "$string",
      "$sort",
      "null",
      "true",
      ";",
      "'",
      "\\",
      "/*",
      "*/",
      "$eval",
      "??",
      "?:",
      "$event",
      "λ($x){",
      "$merge"
    };
    int compiled = 0;
    for (int i = 0; i < 1_500; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(1, 12); n > 0; n--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      try {
        transforms.check(text.toString(), "f");
        compiled++;
        apply(text.toString(), "{\"a\":[1,{\"b\":\"x\"}],\"b\":null}");
      } catch (Failure refused) {
        assertThat(refused.code()).as(text.toString()).isEqualTo(Failure.Code.INVALID);
      }
    }
    assertThat(compiled).isGreaterThan(20);
    assertThat(apply("[1]", "{}")).isInstanceOf(TransformResult.Made.class);
  }
}
