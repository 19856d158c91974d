package dev.catchment.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the providers' own code signed is told apart from what it did not. */
final class ProviderVectorsTest {
  static List<Vector> all() {
    return Vector.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void theVerdictIsThatOfTheProvidersOwnCode(Vector vector) {
    Verdict verdict = vector.verdict();

    if (vector.valid()) {
      assertThat(verdict).isInstanceOf(Verdict.Verified.class);
      return;
    }
    assertThat(verdict).isInstanceOf(Verdict.Refused.class);
    Verdict.Refused refused = (Verdict.Refused) verdict;
    assertThat(refused.reason()).isNotEqualTo(Reason.VERIFIER_MISCONFIGURED);
    assertThat(refused.detail()).isNotBlank().doesNotContain(vector.secret());
    if (vector.why().contains(" old")) {
      assertThat(refused.reason()).isEqualTo(Reason.TIMESTAMP_OUT_OF_TOLERANCE);
    }
  }

  @Test
  void everyTemplateHasVectorsThatItTakesAndRefuses() {
    List<Vector> vectors = all();
    assertThat(vectors).hasSize(279);
    assertThat(vectors.stream().map(Vector::provider).distinct()).hasSize(82);
    Set<String> unsigned = Set.of("microsoft-graph");
    Set<String> slugs =
        Templates.list().stream()
            .map(Template::slug)
            .filter(slug -> !unsigned.contains(slug))
            .collect(Collectors.toCollection(TreeSet::new));
    for (boolean valid : List.of(true, false)) {
      assertThat(
              vectors.stream()
                  .filter(vector -> vector.valid() == valid)
                  .map(Vector::template)
                  .distinct())
          .containsAll(slugs);
    }
  }
}
