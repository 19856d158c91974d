package dev.catchment.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BodySchemaTest {
  @Test
  void everyViolationSaysWhereAndWhy() {
    BodySchema schema =
        compile(
            """
            {"type":"object","required":["id"],"properties":{
              "id":{"type":"integer"},
              "mail":{"format":"email"},
              "tags":{"type":"array","items":{"type":"string"}},
              "a/b":{"minimum":3}}}
            """);
    assertThat(check(schema, "{\"id\":1,\"mail\":\"a@example.com\",\"tags\":[\"x\"]}")).isEmpty();
    assertThat(check(schema, "{}")).extracting(Violation::keyword).containsExactly("required");
    assertThat(check(schema, "{\"id\":\"1\",\"mail\":\"no\",\"tags\":[1,\"x\",2],\"a/b\":1}"))
        .extracting(Violation::path)
        .containsExactlyInAnyOrder("/id", "/mail", "/tags/0", "/tags/2", "/a~1b");
    assertThat(check(schema, "{\"id\":"))
        .containsExactly(new Violation("", "parse", "The body is neither valid JSON nor a form"));
    assertThat(check(schema, "")).hasSize(1);
  }

  /** The same words mean different things in different drafts. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http://json-schema.org/draft-04/schema#       | {"maximum":5,"exclusiveMaximum":true} | 5 | false
          http://json-schema.org/draft-04/schema        | {"maximum":5,"exclusiveMaximum":true} | 4 | true
          http://json-schema.org/draft-06/schema#       | {"exclusiveMaximum":5}                | 5 | false
          http://json-schema.org/draft-07/schema#       | {"if":{"minimum":3},"then":false}     | 4 | false
          https://json-schema.org/draft/2019-09/schema  | {"dependentRequired":{"a":["b"]}}     | {"a":1} | false
          https://json-schema.org/draft/2020-12/schema  | {"prefixItems":[{"type":"string"}]}   | [1] | false
          http://json-schema.org/draft-07/schema#       | {"prefixItems":[{"type":"string"}]}   | [1] | true
          """)
  void theDraftIsChosenByTheSchema(String draft, String schema, String body, boolean fits) {
    String text = "{\"$schema\":\"" + draft + "\"," + schema.substring(1);
    assertThat(check(compile(text), body).isEmpty()).isEqualTo(fits);
  }

  @Test
  void withoutAWordItIsDraft7() {
    assertThat(check(compile("{\"if\":{\"minimum\":3},\"then\":false}"), "4")).hasSize(1);
    assertThat(check(compile("{\"dependentRequired\":{\"a\":[\"b\"]}}"), "{\"a\":1}")).isEmpty();
  }

  @Test
  void referencesInsideTheDocumentWork() {
    BodySchema local =
        compile("{\"definitions\":{\"n\":{\"type\":\"number\"}},\"$ref\":\"#/definitions/n\"}");
    assertThat(check(local, "1")).isEmpty();
    assertThat(check(local, "\"1\"")).hasSize(1);
    BodySchema recursive =
        compile("{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"additionalProperties\":false}");
    assertThat(check(recursive, "{\"next\":{\"next\":{}}}")).isEmpty();
    assertThat(check(recursive, "{\"next\":{\"other\":1}}")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"$ref\":\"https://example.com/schema.json\"}",
        "{\"$ref\":\"other.json#/a\"}",
        "{\"$ref\":\"file:///etc/passwd\"}",
        "{\"items\":{\"anyOf\":[{\"$ref\":\"//example.com/a\"}]}}",
        "{\"properties\":{\"properties\":{\"$ref\":\"x.json\"}}}",
        "{\"$ref\":\"#/definitions/none\"}",
        "{\"$schema\":\"https://example.com/draft\"}",
        "{\"$schema\":7}",
        "{\"type\":\"strange\"}",
        "{\"required\":\"id\"}",
        "{\"pattern\":\"(?=a)b\"}",
        "{\"pattern\":\"(a\"}",
        "{\"patternProperties\":{\"(a)\\\\1\":{}}}",
        "{\"pattern\":\"((a{1000}){1000}){1000}\"}",
        "{\"pattern\":\"(((x{0,100}){0,100}){0,100}){2}\"}",
        "{\"pattern\":\"(a{1000}[)][(]b|\\\\(\\\\Q)\\\\E[[:alpha:])]){1000}\"}",
        "{\"pattern\":\"(a{1000,}){101}\"}",
        "{\"patternProperties\":{\"((){1000}){1000}\":{}}}",
        "{\"const\":{\"pattern\":\"((a{1000}){1000}){1000}\"},\"allOf\":[{\"$ref\":\"#/const\"}]}"
      })
  void whatCannotBeUsedIsRefusedOnSave(String schema) {
    assertThatThrownBy(() -> compile(schema))
        .isInstanceOfSatisfying(
            Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(Failure.Code.INVALID);
              assertThat(failure.sentence()).contains("json_schema");
            });
  }

  @Test
  void namesAndDataThatLookLikeKeywordsAreNone() {
    BodySchema schema =
        compile(
            """
            {"properties":{"$ref":{"type":"string"},"pattern":{"type":"string"}},
             "const":{"$ref":"elsewhere.json","pattern":"(?=a)"}}
            """);
    assertThat(check(schema, "{\"$ref\":\"elsewhere.json\",\"pattern\":\"(?=a)\"}")).isEmpty();
  }

  @Test
  void patternsTakeNoLongerThanTheTextIsLong() {
    BodySchema schema = compile("{\"pattern\":\"^(a+)+$\"}");
    assertThat(check(schema, "\"" + "a".repeat(100_000) + "b\"")).hasSize(1);
  }

  @Test
  void textsTimesPatternsAreBoundedForABody() {
    // Within the size that patterns may have, and 50,000 states for each character.
    BodySchema schema =
        compile("{\"items\":{\"pattern\":\"^(a{1,1000}b?){25}$\"},\"maxItems\":100000}");
    assertThat(check(schema, "[\"" + "a".repeat(2_000) + "\"]")).isEmpty();
    String text = "\"" + "a".repeat(1_000) + "\"";
    List<Violation> many = check(schema, "[" + (text + ",").repeat(10_000) + text + "]");
    assertThat(many)
        .containsExactly(new Violation("", "limit", "The body takes too many steps to check"));
    assertThat(check(schema, "[" + text + "]")).as("each body has its own").isEmpty();
    BodySchema usual = compile("{\"pattern\":\"^[A-Za-z0-9+/=]*$\"}");
    assertThat(check(usual, "\"" + "A".repeat(10 << 20) + "\"")).isEmpty();
  }

  @Test
  void whatAllPatternsOfASchemaComeToIsBounded() {
    StringBuilder properties = new StringBuilder();
    for (int i = 0; i < 2_000; i++) {
      properties
          .append(i == 0 ? "" : ",")
          .append("\"p%d\":{\"pattern\":\"a{1000}%d\"}".formatted(i, i));
    }
    assertThatThrownBy(() -> compile("{\"properties\":{" + properties + "}}"))
        .hasMessage("Invalid body: 'json_schema' has patterns whose repeats are too many");
    String same = properties.toString().replaceAll("a\\{1000\\}[0-9]+", "^a{1000}\\$");
    BodySchema schema = compile("{\"properties\":{" + same + "}}");
    assertThat(check(schema, "{\"p7\":\"%s\"}".formatted("a".repeat(1_000)))).isEmpty();
    assertThat(check(schema, "{\"p1999\":\"%s\"}".formatted("a".repeat(999)))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255}\\\\.[A-Za-z]{2,63}$",
        "^([A-Za-z0-9._-]{1,255}/){0,64}[A-Za-z0-9._-]{1,255}$",
        "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
        "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        "[]({1000}]{900}[^]{1000}]{90}",
        "^\\\\p{L}{1,1000}$"
      })
  void patternsThatPeopleWriteAreSmallEnough(String pattern) {
    assertThat(compile("{\"pattern\":\"" + pattern + "\"}")).isNotNull();
  }

  @Test
  void hostileBodiesEndInOneSentence() {
    BodySchema recursive = compile("{\"items\":{\"$ref\":\"#\"},\"type\":\"array\"}");
    assertThat(check(recursive, "[".repeat(900) + "]".repeat(900))).hasSize(1);
    assertThat(check(recursive, "[".repeat(100_000))).hasSize(1);
    BodySchema numbers = compile("{\"items\":{\"type\":\"string\"}}");
    String many = "[" + "1,".repeat(100_000) + "1]";
    assertThat(check(numbers, many)).hasSize(BodySchema.VIOLATIONS_MAX);
    assertThat(check(numbers, "[" + "9".repeat(1_500) + "]")).hasSize(1);
    assertThat(check(numbers, "[0." + "9".repeat(1_500) + "e9]")).hasSize(1);
    assertThat(check(numbers, "[".repeat(510) + "]".repeat(510))).hasSize(1);
  }

  private static BodySchema compile(String schema) {
    return BodySchema.compile((Json.Obj) Json.read(schema));
  }

  private static List<Violation> check(BodySchema schema, String body) {
    return schema.check(Json.parse(body.getBytes(StandardCharsets.UTF_8)));
  }
}
