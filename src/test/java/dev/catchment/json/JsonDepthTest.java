package dev.catchment.json;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class JsonDepthTest {
  @Test
  void theDeepestValueThatParsesCanBeWrittenInsideAnAnswer() {
    String deepest = "[".repeat(512) + "]".repeat(512);
    Json answer = Json.object().put("event", Json.array(Json.read(deepest))).build();

    assertThat(answer.text()).isEqualTo("{\"event\":[" + deepest + "]}");
  }
}
