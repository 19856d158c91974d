package dev.catchment.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BodyPathTest {
  private static final Map<String, String> HEADERS =
      Map.of("x-kind", "order", "x.dotted", "dots", "body", "header named body");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          data.id          | {"data":{"id":1}}               | 1
          body.data.id     | {"data":{"id":1}}               | 1
          payload.data.id  | {"data":{"id":1}}               | 1
          $.data.id        | {"data":{"id":1}}               | 1
          $.body.data.id   | {"data":{"id":1}}               | 1
          items[0].id      | {"items":[{"id":1}]}            | 1
          body[0].id       | [{"id":1}]                      | 1
          body             | {"id":1}                        | {"id":1}
          payload          | [1]                             | [1]
          body.id          | {"id":1,"body":{"id":2}}        | 2
          body.id          | {"id":1,"body":null}            |
          payload.id       | {"id":1,"payload":{"id":2}}     | 2
          payload.id       | {"id":1,"body":{"id":2}}        | 1
          body.body.id     | {"body":{"id":2}}               |
          body.payload.id  | {"payload":{"id":3}}            | 3
          headers.X-Kind   | {"id":1}                        | "order"
          headers["x.dotted"] | {"id":1}                     | "dots"
          headers.x.dotted | {"id":1}                        |
          headers          | {"id":1}                        |
          headers[0]       | {"id":1}                        |
          headers.x-kind.y | {"id":1}                        |
          headers.x-kind   | {"headers":{"x-kind":"inner"}}  | "inner"
          headers.X-Kind   | {"headers":{"x-kind":"inner"}}  |
          body.headers.a   | {"headers":{"a":5}}             | 5
          headers.x-kind   | ["headers"]                     | "order"
          data.id          | "text"                          |
          data.id          | {"data":{"id":null}}            | null
          """)
  void startsInsideTheBody(String path, String body, @Nullable String expected) {
    assertThat(
            BodyPath.parse(path, "primary_key_path")
                .find(Json.parse(body), HEADERS)
                .map(Json::text))
        .isEqualTo(Optional.ofNullable(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          type + action          | {"type":"Issue","action":"update"} | "Issue.update"
          type + action          | {"type":"Issue"}                   | "Issue"
          type + action          | {"type":null,"action":[1]}         |
          type + action          | [1]                                |
          a + headers.x-kind + b | {"a":1.0,"b":true}                 | "1.0.order.true"
          $["a + b"]             | {"a + b":1}                        | 1
          a+b                    | {"a+b":1}                          | 1
          """)
  void joinedPathsLeadToTheTextsOfAllThatIsThere(
      String path, String body, @Nullable String expected) {
    BodyPath joined = BodyPath.parseJoined(path, "event_type_field");
    assertThat(joined.find(Json.parse(body), HEADERS).map(Json::text))
        .isEqualTo(Optional.ofNullable(expected));
    assertThat(joined).hasToString(path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a + ", " + a", "a + b..c", "a + b + c + d + e + f"})
  void aJoinOfWhatIsNoPathOrTooManyIsRefused(String path) {
    assertThatThrownBy(() -> BodyPath.parseJoined(path, "event_type_field"))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("'event_type_field' must");
  }

  @Test
  void withoutAParsedBodyOnlyHeadersAreThere() {
    assertThat(BodyPath.parse("headers.x-kind", "f").find(Optional.empty(), HEADERS))
        .contains(Json.of("order"));
    assertThat(BodyPath.parse("body", "f").find(Optional.empty(), HEADERS)).isEmpty();
    assertThat(BodyPath.parse("$", "f").find(Optional.empty(), HEADERS)).isEmpty();
    assertThat(BodyPath.parse("id", "f").find(Optional.empty(), HEADERS)).isEmpty();
  }
}
