package dev.catchment.collections;

import static dev.catchment.collections.RecordHistory.Change.DELETE;
import static dev.catchment.collections.RecordHistory.Change.INSERT;
import static dev.catchment.collections.RecordHistory.Change.STALE;
import static dev.catchment.collections.RecordHistory.Change.UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What events did to a record, worked out from their times and places alone. */
final class RecordHistoryTest {
  /**
   * A case.
   *
   * @param events times in log order; negative for an event that deletes
   */
  record Case(
      @Nullable KnownEvent earlier,
      boolean existed,
      List<Long> events,
      List<RecordHistory.Change> changes) {}

  static List<Case> cases() {
    KnownEvent record = new KnownEvent(1, 5, false);
    KnownEvent tombstone = new KnownEvent(1, 5, true);
    return List.of(
        new Case(null, false, List.of(1L, 2L, 3L), List.of(INSERT, UPDATE, UPDATE)),
        new Case(null, false, List.of(3L, 2L, 3L), List.of(INSERT, STALE, UPDATE)),
        new Case(null, false, List.of(-3L, 2L, 4L), List.of(DELETE, STALE, INSERT)),
        new Case(null, false, List.of(1L, -2L, -3L, 4L), List.of(INSERT, DELETE, DELETE, INSERT)),
        new Case(null, true, List.of(1L, 0L), List.of(UPDATE, STALE)),
        new Case(record, false, List.of(4L, 5L, -6L), List.of(STALE, UPDATE, DELETE)),
        new Case(record, false, List.of(-4L), List.of(STALE)),
        new Case(tombstone, false, List.of(4L, 5L), List.of(STALE, INSERT)),
        new Case(tombstone, true, List.of(6L), List.of(INSERT)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theNewestByTheSendersTimeHoldsTheRecord(Case one) {
    List<KnownEvent> known = new ArrayList<>();
    for (long at : one.events()) {
      known.add(new KnownEvent(known.size() + 2L, Math.abs(at), at < 0));
    }
    assertThat(RecordHistory.changes(one.earlier(), one.existed(), known)).isEqualTo(one.changes());
  }
}
