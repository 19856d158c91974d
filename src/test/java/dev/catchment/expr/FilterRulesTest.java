package dev.catchment.expr;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FilterRulesTest {
  private static final String BODY =
      """
      {"type":"order.paid","n":3,"price":19.90,"zero":0,"text":"3","ok":true,"none":null,
       "big":1e999999999,"bigger":9007199254740993,"tags":["a","b",1.0],"o":{"x":1,"y":[null]},
       "empty":{},"headers":{"inner":"h"},"method":{"deep":"m"},"query":"q","payload":{"p":1},
       "Ünï":"ß","topic":{"name":"t"}}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          type | eq | "order.paid" | true
          type | eq | "Order.paid" | false
          n | eq | 3 | true
          n | eq | 3.0 | true
          n | eq | 0.3e1 | true
          n | eq | "3" | false
          text | eq | 3 | false
          bigger | eq | 9007199254740992 | false
          big | eq | 10e999999998 | true
          none | eq | null | true
          missing | eq | null | false
          ok | eq | true | true
          ok | eq | 1 | false
          ok | eq | "true" | false
          tags | eq | ["a","b",1] | true
          tags | eq | ["b","a",1] | false
          tags | eq | ["a","b"] | false
          o | eq | {"y":[null],"x":1.0} | true
          o | eq | {"x":1} | false
          o | eq | {"x":1,"z":[null]} | false
          empty | eq | {} | true
          empty | eq | [] | false
          Ünï | eq | "ß" | true
          n | neq | 3 | false
          n | neq | "3" | true
          missing | neq | 3 | true
          none | neq | null | false
          type | contains | "paid" | true
          type | contains | "" | true
          type | contains | "PAID" | false
          tags | contains | "a" | false
          n | contains | "3" | false
          missing | contains | "" | false
          n | gt | 2.999999999999999999999999 | true
          n | gt | 3 | false
          n | gte | 3.00 | true
          n | lt | 3 | false
          n | lt | 1e400 | true
          n | lte | 3 | true
          big | gt | 99999999999999999999 | true
          zero | gt | -1 | true
          text | gt | 2 | false
          text | lt | 4 | false
          text | gte | 3 | false
          text | lte | 3 | false
          none | lte | 0 | false
          missing | lt | 1 | false
          missing | gte | 1 | false
          n | exists | true | true
          n | exists | false | false
          none | exists | true | true
          missing | exists | false | true
          missing | exists | true | false
          n | in | [1,2,3.0] | true
          n | in | ["3"] | false
          n | in | [] | false
          none | in | [null] | true
          missing | in | [null] | false
          tags | in | [["a","b",1]] | true
          """)
  void anOperatorHoldsOrNot(String field, String op, String value, boolean expected) {
    assertThat(rules(field, op, value).matches(event())).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          payload.type | "order.paid"
          $.payload.type | "order.paid"
          payload.payload.p | 1
          body.type | "order.paid"
          body["type"] | "order.paid"
          headers.X-Retry | "3"
          headers.x-retry | "3"
          headers["x-retry"] | "3"
          headers.X-ÜMLAUT | "u"
          query.page | "2"
          query.tag | ["a","b"]
          query.tag[1] | "b"
          method | "POST"
          content_type | "application/json"
          source_ip | "203.0.113.7"
          topic | "orders"
          headers | {"inner":"h"}
          method.deep | "m"
          query | "q"
          topic.name | "t"
          """)
  void aFieldStartsWhereItsFirstNameSays(String field, String expected) {
    assertThat(rules(field, "eq", expected).matches(event())).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"headers.inner", "query.Page", "payload.missing", "body.body", "source_ip.x", "p"})
  void aFieldThatLeadsNowhereIsAbsent(String field) {
    assertThat(rules(field, "exists", "false").matches(event())).isTrue();
  }

  @Test
  void headerAndQueryValuesAreStrings() {
    assertThat(rules("headers.x-retry", "eq", "3").matches(event())).isFalse();
    assertThat(rules("headers.x-retry", "gt", "1").matches(event())).isFalse();
    assertThat(rules("query.page", "eq", "2").matches(event())).isFalse();
  }

  @Test
  void aMemberNamedBodyIsNotSkipped() {
    EventView event = event("{\"body\":{\"id\":1},\"id\":2}");

    assertThat(rules("body.id", "eq", "1").matches(event)).isTrue();
    assertThat(rules("payload.id", "eq", "2").matches(event)).isTrue();
    assertThat(rules("body", "eq", "{\"id\":1}").matches(event)).isTrue();
  }

  @Test
  void withoutAParsedBodyTheFactsOfTheRequestStillMatch() {
    EventView event = event("no json at all");

    assertThat(rules("method", "eq", "\"POST\"").matches(event)).isTrue();
    assertThat(rules("payload", "exists", "false").matches(event)).isTrue();
    assertThat(rules("body", "exists", "false").matches(event)).isTrue();
    assertThat(rules("type", "neq", "\"x\"").matches(event)).isTrue();
  }

  @Test
  void factsThatAreNotKnownAreAbsent() {
    EventView.Head head = new EventView.Head("POST", Map.of(), Json.object().build(), null, null);
    EventView event = EventView.of(head, null, new byte[0], 100);

    for (String field :
        new String[] {"content_type", "source_ip", "topic", "headers.a", "query.a"}) {
      assertThat(rules(field, "exists", "false").matches(event)).describedAs(field).isTrue();
    }
  }

  @Test
  void deepValuesCompareWithoutTrouble() {
    String deep = "[".repeat(500) + "1" + "]".repeat(500);

    assertThat(rules("v", "eq", deep.replace("1", "1.0")).matches(event("{\"v\":" + deep + "}")))
        .isTrue();
  }

  @Test
  void allRulesMustHoldAndTheFirstThatFailsIsNamed() {
    FilterRules rules =
        FilterRules.parse(
            Json.read(
                """
                [{"field":"n","op":"gt","value":1},{"field":"$.n","op":"lt","value":3.0},
                 {"field":"missing","op":"exists","value":true}]
                """),
            "filter_rules");

    assertThat(rules.matches(event())).isFalse();
    assertThat(rules.firstFailing(event()).map(rule -> rule.toJson().text()))
        .contains("{\"field\":\"$.n\",\"op\":\"lt\",\"value\":3.0}");
  }

  @Test
  void noRulesMatchEverything() {
    assertThat(FilterRules.none().matches(event("x"))).isTrue();
    assertThat(FilterRules.parse(null, "f").isEmpty()).isTrue();
    assertThat(FilterRules.parse(Json.nil(), "f").matches(event())).isTrue();
    assertThat(FilterRules.parse(Json.array(), "f").matches(event())).isTrue();
  }

  @Test
  void rulesComeBackAsTheyWereGivenAlsoFromText() {
    String text = "[{\"field\":\"$.a[0]\",\"op\":\"in\",\"value\":[1.0,{\"z\":null}]}]";

    assertThat(FilterRules.parse(Json.read(text), "f").toJson().text()).isEqualTo(text);
    assertThat(FilterRules.parse(Json.of(text), "f").toJson().text()).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          {} | must be an array of up to 50 rules
          1 | must be an array of up to 50 rules
          "no json" | must be an array of up to 50 rules
          "{}" | must be an array of up to 50 rules
          [1] | rule 1 is not an object
          [[]] | rule 1 is not an object
          [{"op":"eq","value":1}] | rule 1 has no 'field' that is a string
          [{"field":1,"op":"eq","value":1}] | rule 1 has no 'field' that is a string
          [{"field":"a","value":1}] | rule 1 has no 'op' that is a string
          [{"field":"a","op":"regex","value":1}] | rule 1 has the unknown op 'regex', known are eq, neq, contains, gt, gte, lt, lte, exists, in
          [{"field":"a","op":"EQ","value":1}] | rule 1 has the unknown op 'EQ'
          [{"field":"a","op":"eq"}] | rule 1 has no 'value'
          [{"field":"a","op":"exists"}] | rule 1 has no 'value'
          [{"field":"a","op":"exists","value":1}] | rule 1 needs a 'value' that is true or false
          [{"field":"a","op":"in","value":"a"}] | rule 1 needs a 'value' that is an array
          [{"field":"a","op":"gt","value":"1"}] | rule 1 needs a 'value' that is a number
          [{"field":"a","op":"lte","value":null}] | rule 1 needs a 'value' that is a number
          [{"field":"a","op":"contains","value":1}] | rule 1 needs a 'value' that is a string
          [{"field":"a..b","op":"eq","value":1}] | rule 1 has a 'field' that is not a path: a name is missing at 3
          [{"field":"","op":"eq","value":1}] | rule 1 has a 'field' that is not a path: it is empty
          [{"field":"a","op":"eq","value":1},{}] | rule 2 has no 'field'
          """)
  void badRulesAreRefusedByNumberAndReason(String json, String expected) {
    assertThatThrownBy(() -> FilterRules.parse(Json.read(json), "include_when"))
        .isInstanceOf(Failure.class)
        .hasMessageStartingWith("Invalid body: 'include_when' must ")
        .hasMessageContaining(expected);
  }

  @Test
  void fiftyRulesAreTheMost() {
    String rule = "{\"field\":\"a\",\"op\":\"exists\",\"value\":false}";
    Json fifty = Json.read("[" + (rule + ",").repeat(49) + rule + "]");
    Json oneMore = Json.read("[" + (rule + ",").repeat(50) + rule + "]");

    assertThat(FilterRules.parse(fifty, "f").matches(event())).isTrue();
    assertThatThrownBy(() -> FilterRules.parse(oneMore, "f")).isInstanceOf(Failure.class);
  }

  private static FilterRules rules(String field, String op, String value) {
    Json rule =
        Json.object().put("field", field).put("op", op).put("value", Json.read(value)).build();
    return FilterRules.parse(Json.array(rule), "filter_rules");
  }

  private static EventView event() {
    return event(BODY);
  }

  private static EventView event(String body) {
    EventView.Head head =
        new EventView.Head(
            "POST",
            Map.of("x-retry", "3", "x-ümlaut", "u"),
            Json.object()
                .put("page", "2")
                .put("tag", Json.array(Json.of("a"), Json.of("b")))
                .build(),
            "application/json",
            "203.0.113.7");
    return EventView.of(head, "orders", body.getBytes(UTF_8), 10_000);
  }
}
