package dev.catchment.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FieldPathTest {
  private static final Json ROOT =
      Json.read(
          """
          {"id":7,"none":null,"data":{"id":"x","a.b":{"c]":true},"":{"e":1},"Größe":"ü"},
           "items":[{"id":"first"},[10,20]],"0":"zero","01":"leading","$type":"dollar","*":"star",
           "list":[1,2,3],"byNumber":{"0":"member"},"say \\"hi\\"":"quoted"}
          """);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          id                  | 7
          $.id                | 7
          $id                 | 7
          none                | null
          data.id             | "x"
          $.data.id           | "x"
          ["data"]["id"]      | "x"
          $["data"].id        | "x"
          $.["data"].id       | "x"
          data["a.b"]["c]"]   | true
          data.["a.b"]["c]"]  | true
          data[""].e          | 1
          data.Größe          | "ü"
          data["Gr\\u00f6\\u00dfe"] | "ü"
          items[0].id         | "first"
          items.0.id          | "first"
          items[1][1]         | 20
          items.1.1           | 20
          0                   | "zero"
          01                  | "leading"
          byNumber.0          | "member"
          ["$type"]           | "dollar"
          *                   | "star"
          ["say \\"hi\\""]    | "quoted"
          list                | [1,2,3]
          """)
  void leadsToAValue(String path, String expected) {
    assertThat(FieldPath.parse(path).find(ROOT).map(Json::text)).contains(expected);
  }

  @Test
  void aDollarAloneIsTheWholeValue() {
    assertThat(FieldPath.parse("$").find(ROOT)).contains(ROOT);
    assertThat(FieldPath.parse("$").find(Json.nil())).contains(Json.nil());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Id",
        "data.ID",
        "data.id.x",
        "none.x",
        "id[0]",
        "items[2]",
        "items.2",
        "items.00",
        "items[\"0\"]",
        "items.id",
        "items.length",
        "byNumber[0]",
        "list[999999999]",
        "list.999999999999999999999",
        "list.*",
        "missing"
      })
  void leadsNowhere(String path) {
    assertThat(FieldPath.parse(path).find(ROOT)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "$.",
        "$..a",
        ".a",
        "a.",
        "a..b",
        "a]",
        "a[",
        "a[]",
        "a[0",
        "a[-1]",
        "a[01]",
        "a[1.5]",
        "a[ 0]",
        "a[9999999999]",
        "a[*]",
        "a['b']",
        "a[\"b\"",
        "a[\"b",
        "a[\"b\\",
        "a[\"b\\\"]",
        "a[\"\\x\"]",
        "a[0]b",
        "a[\"b\"]c"
      })
  void isRefused(String path) {
    assertThatThrownBy(() -> FieldPath.parse(path)).isInstanceOf(PathSyntaxException.class);
  }

  @Test
  void lengthAndStepsAreBounded() {
    String longest = "ü".repeat(FieldPath.LENGTH_MAX);
    String deepest = "a" + ".a".repeat(FieldPath.STEPS_MAX - 1);

    assertThat(FieldPath.parse(longest).toString()).isEqualTo(longest);
    assertThat(FieldPath.parse(deepest).length()).isEqualTo(FieldPath.STEPS_MAX);
    assertThatThrownBy(() -> FieldPath.parse(longest + "x")).hasMessageContaining("1024");
    assertThatThrownBy(() -> FieldPath.parse(deepest + ".a")).hasMessageContaining("64");
    assertThatThrownBy(() -> FieldPath.parse(deepest + "[0]")).hasMessageContaining("64");
  }

  @Test
  void aBadPathInARequestNamesItsFieldAndThePlace() {
    assertThatThrownBy(() -> FieldPath.parse("a..b", "primary_key_path"))
        .isInstanceOf(Failure.class)
        .hasMessage("Invalid body: 'primary_key_path' must be a path: a name is missing at 3");
  }
}
