package dev.catchment.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RuleGroupsTest {
  private static final String RULE = "{\"field\":\"n\",\"op\":\"eq\",\"value\":%d}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "[{\"all\":[R3]}]|true|",
        "[{\"any\":[R1,R3]}]|true|",
        "[{\"any\":[R1,R2]}]|false|{\"any\":[R1,R2]}",
        "[{\"not\":R1}]|true|",
        "[{\"not\":R3}]|false|{\"not\":R3}",
        "[R3,{\"all\":[R3,{\"all\":[R3,R1]},R2]}]|false|R1",
        "[{\"all\":[{\"any\":[R1,{\"not\":R3}]}]}]|false|{\"any\":[R1,{\"not\":R3}]}",
        "[{\"not\":{\"any\":[R1,{\"all\":[R2,R3]}]}}]|true|",
      })
  void groupsHoldAsTheirNamesSayAndTheOneToBlameIsNamed(
      String rules, boolean matches, @Nullable String blamed) {
    FilterRules compiled = FilterRules.parse(Json.read(filled(rules)), "f");
    EventView event = event(Json.read("{\"n\":3}"));
    assertThat(compiled.matches(event)).isEqualTo(matches);
    assertThat(compiled.firstFailing(event).map(failing -> failing.toJson().text()))
        .isEqualTo(Optional.ofNullable(blamed).map(RuleGroupsTest::filled));
    assertThat(compiled.toJson().text()).isEqualTo(filled(rules));
  }

  private static String filled(String rules) {
    return rules
        .replace("R1", RULE.formatted(1))
        .replace("R2", RULE.formatted(2))
        .replace("R3", RULE.formatted(3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "[{\"all\":[]}]|rule 1 needs an 'all' that is an array of rules, at least one",
        "[{\"any\":{}}]|rule 1 needs an 'any' that is an array of rules, at least one",
        "[R1,{\"any\":[R1,{\"field\":\"a\"}]}]|rule 2.any.2 has no 'op' that is a string",
        "[{\"not\":[R1]}]|rule 1.not is not an object",
        "[{\"not\":{\"all\":[{\"field\":\"a\",\"op\":\"gt\",\"value\":\"1\"}]}}]"
            + "|rule 1.not.all.1 needs a 'value' that is a number",
        "[{\"all\":[R1],\"any\":[R1]}]|rule 1 holds 'all' beside another condition",
        "[{\"not\":R1,\"field\":\"a\"}]|rule 1 holds 'not' beside another condition",
        "[{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":{\"not\":R1}}}}}}]"
            + "|rule 1.not.not.not.not.not is a group inside more than",
      })
  void badGroupsAreRefusedByPlaceAndReason(String rules, String problem) {
    assertThatThrownBy(() -> FilterRules.parse(Json.read(filled(rules)), "filter_rules"))
        .isInstanceOf(Failure.class)
        .hasMessageStartingWith("Invalid body: 'filter_rules' must hold valid rules: " + problem);
  }

  @Test
  void rulesInGroupsCountTowardsTheMost() {
    String half = ("," + RULE.formatted(1)).repeat(25).substring(1);
    String full = "[{\"any\":[" + half + "]},{\"any\":[" + half + "]}";
    assertThat(FilterRules.parse(Json.read(full + "]"), "f").conditions()).hasSize(2);
    assertThatThrownBy(() -> FilterRules.parse(Json.read(full + "," + filled("R1") + "]"), "f"))
        .hasMessageContaining("rule 3 is one more than the 50 that there may be");
  }

  @Test
  void everyRuleSetAgreesWithAPlainReadingOfTheDocument() {
    RandomGenerator random = new SplittableRandom(77);
    int matching = 0;
    for (int i = 0; i < 20_000; i++) {
      Json body = object(random);
      Json.Arr rules = rules(random);
      boolean expected = plain(rules, body);
      assertThat(FilterRules.parse(rules, "f").matches(event(body)))
          .as(rules.text() + " on " + body.text())
          .isEqualTo(expected);
      matching += expected ? 1 : 0;
    }
    assertThat(matching).isBetween(2_000, 18_000);
  }

  private static EventView event(Json body) {
    EventView.Head head =
        new EventView.Head("POST", Map.of(), Json.object().build(), "application/json", null);
    return EventView.parsed(head, null, Optional.of(body));
  }

  private static Json object(RandomGenerator random) {
    Json.ObjBuilder object = Json.object();
    for (String name : List.of("a", "b", "c")) {
      if (random.nextInt(4) > 0) {
        object.put(name, value(random, 2));
      }
    }
    return object.build();
  }

  private static Json value(RandomGenerator random, int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 7)) {
      case 0 -> Json.nil();
      case 1 -> Json.of(random.nextBoolean());
      case 2, 3 ->
          new Json.Num(List.of("1", "1.0", "10e-1", "2", "-0", "0").get(random.nextInt(6)));
      case 4, 5, 6 -> Json.of(List.of("", "x", "xy", "1").get(random.nextInt(4)));
      case 7 -> Json.array(value(random, depth - 1), value(random, depth - 1));
      default -> Json.object().put("a", value(random, depth - 1)).build();
    };
  }

  private static Json.Arr rules(RandomGenerator random) {
    return (Json.Arr)
        Json.array(random.ints(random.nextInt(3), 0, 1).mapToObj(i -> rule(random, 3)).toList());
  }

  private static Json rule(RandomGenerator random, int depth) {
    int kind = random.nextInt(depth > 0 ? 8 : 5);
    return switch (kind) {
      case 5 -> Json.object().put("not", rule(random, depth - 1)).build();
      case 6, 7 ->
          Json.object()
              .put(
                  kind == 6 ? "all" : "any",
                  Json.array(rule(random, depth - 1), rule(random, depth - 1)))
              .build();
      default -> simple(random);
    };
  }

  private static Json simple(RandomGenerator random) {
    List<Op> ops = List.of(Op.values());
    Op op = ops.get(random.nextInt(ops.size()));
    Json value = value(random, 2);
    for (int i = 0; i < 200 && op.objection(value).isPresent(); i++) {
      value = value(random, 2);
    }
    String field = List.of("a", "b", "c", "a.a", "b[0]", "c.1").get(random.nextInt(6));
    return Json.object().put("field", field).put("op", op.word()).put("value", value).build();
  }

  /** Slow and obvious. */
  private static boolean plain(Json.Arr rules, Json body) {
    return rules.items().stream().allMatch(rule -> plain((Json.Obj) rule, body));
  }

  private static boolean plain(Json.Obj rule, Json body) {
    if (rule.get("not") instanceof Json.Obj inner) {
      return !plain(inner, body);
    }
    if (rule.get("all") instanceof Json.Arr all) {
      return plain(all, body);
    }
    if (rule.get("any") instanceof Json.Arr any) {
      return any.items().stream().anyMatch(inner -> plain((Json.Obj) inner, body));
    }
    String path = ((Json.Str) rule.members().getOrDefault("field", Json.nil())).value();
    String op = ((Json.Str) rule.members().getOrDefault("op", Json.nil())).value();
    Json value = rule.members().getOrDefault("value", Json.nil());
    Json found = body;
    for (String step : path.replace("[", ".").replace("]", "").split("\\.", -1)) {
      found = step(found, step);
    }
    return plain(found, op, value);
  }

  private static @Nullable Json step(@Nullable Json from, String step) {
    return switch (from) {
      case Json.Obj object -> object.get(step);
      case Json.Arr array when step.matches("[0-9]") ->
          Integer.parseInt(step) < array.items().size()
              ? array.items().get(Integer.parseInt(step))
              : null;
      case null, default -> null;
    };
  }

  private static boolean plain(@Nullable Json found, String op, Json value) {
    return switch (op) {
      case "eq" -> found != null && key(found).equals(key(value));
      case "neq" -> found == null || !key(found).equals(key(value));
      case "exists" -> (found != null) == value.equals(Json.of(true));
      case "contains" ->
          found instanceof Json.Str(String text)
              && value instanceof Json.Str(String part)
              && text.contains(part);
      case "in" ->
          found != null
              && ((Json.Arr) value).items().stream().anyMatch(item -> key(item).equals(key(found)));
      default ->
          found instanceof Json.Num number
              && value instanceof Json.Num bound
              && ordered(op, number.value().compareTo(bound.value()));
    };
  }

  private static boolean ordered(String op, int order) {
    return switch (op) {
      case "gt" -> order > 0;
      case "gte" -> order >= 0;
      case "lt" -> order < 0;
      default -> order <= 0;
    };
  }

  /** A text that equal values share. */
  private static String key(Json value) {
    return switch (value) {
      case Json.Num number -> {
        BigDecimal exact = number.value().stripTrailingZeros();
        yield "n" + (exact.signum() == 0 ? "0" : exact.toString());
      }
      case Json.Arr array -> array.items().stream().map(RuleGroupsTest::key).toList().toString();
      case Json.Obj object ->
          object.members().entrySet().stream()
              .map(member -> member.getKey() + "=" + key(member.getValue()))
              .sorted()
              .toList()
              .toString()
              .replace('[', '{');
      case Json.Str text -> "s" + text.text();
      case Json.Bool bool -> "b" + bool.value();
      case Json.Null none -> "null";
    };
  }
}
