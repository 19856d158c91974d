package dev.catchment.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class InListTest {
  @Test
  void theNumberOfMarksIsAPowerOfTwo() {
    assertThat(InList.of("c", List.of(1)).condition()).isEqualTo("c IN (?)");
    assertThat(InList.of("c", List.of(1, 2)).condition()).isEqualTo("c IN (?,?)");
    InList three = InList.of("c", List.of(1, 2, 3));
    assertThat(three.condition()).isEqualTo("c IN (?,?,?,?)");
    assertThat(three.args()).containsExactly(1, 2, 3, 3);
    assertThat(InList.of("c", List.of(1, 2, 3, 4, 5)).args()).hasSize(8);
  }
}
