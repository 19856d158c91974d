package dev.catchment.base;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.SettableClock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IdsTest {
  private static final long START = 1_772_357_400_000L;
  private final SettableClock clock = new SettableClock(START);
  private final Ids ids = new Ids(clock, new SplittableRandom(1));

  @Test
  void idsRiseWhileTheClockStandsAndWhenItStepsBack() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      made.add(ids.next());
    }
    clock.set(START - 86_400_000L);
    for (int i = 0; i < 20_000; i++) {
      made.add(ids.next());
    }
    clock.set(START + 1_000);
    made.add(ids.next());
    assertThat(made).isSorted().doesNotHaveDuplicates();
    assertThat(made).allMatch(id -> id.matches("[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}"));
  }

  @Test
  void theFloorOfAMillisecondLiesBetweenItsIdsAndTheOnesBefore() {
    String before = ids.next();
    clock.set(START + 1);
    String after = ids.next();
    assertThat(Ids.floor(START)).isLessThan(before);
    assertThat(Ids.floor(START + 1)).isGreaterThan(before).isLessThan(after);
    assertThat(Ids.floor(-5)).isEqualTo("0".repeat(32));
    assertThat(Ids.floor(START)).hasSize(32);
  }

  @ParameterizedTest
  @CsvSource({
    "0195220c11d07e5a8c1b2f60437d9a01",
    "0195220C11D07E5A8C1B2F60437D9A01",
    "0195220c-11d0-7e5a-8c1b-2f60437d9a01",
    "0195220C-11D0-7E5A-8C1B-2F60437D9A01",
    "col_0195220c11d07e5a8c1b2f60437d9a01",
    "evt_0195220C-11D0-7E5A-8C1B-2F60437D9A01",
    "da_0195220c11d07e5a8c1b2f60437d9a01",
  })
  void anIdIsReadInEachOfItsForms(String text) {
    assertThat(Ids.parse(text)).contains("0195220c11d07e5a8c1b2f60437d9a01");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "col_",
        "0195220c11d07e5a8c1b2f60437d9a0",
        "0195220c11d07e5a8c1b2f60437d9a011",
        "g195220c11d07e5a8c1b2f60437d9a01",
        "xyz_0195220c11d07e5a8c1b2f60437d9a01",
        "COL_0195220c11d07e5a8c1b2f60437d9a01",
        "_0195220c11d07e5a8c1b2f60437d9a01",
        "col_col_0195220c11d07e5a8c1b2f60437d9a01",
        "0195220c11d0-7e5a-8c1b-2f60437d9a01",
        "0195220c-11d0-7e5a-8c1b-2f60437d9a0-",
        " 0195220c11d07e5a8c1b2f60437d9a01",
        "٠195220c11d07e5a8c1b2f60437d9a01",
      })
  void anythingElseIsNoId(String text) {
    assertThat(Ids.parse(text)).isEmpty();
  }
}
