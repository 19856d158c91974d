package dev.catchment.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Scope;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class TailTest {
  private static final long ONE = event(1).event().weight();

  @Test
  void itAnswersOnlyWhereItJoinsOn() {
    Tail tail = new Tail(100 * ONE);
    assertThat(tail.after(0, 10)).isEmpty();
    tail.add(events(5, 9));
    assertThat(positions(tail, 3, 10)).as("4 is not in memory").isEmpty();
    assertThat(positions(tail, 4, 10)).containsExactly(5L, 6L, 7L, 8L, 9L);
    assertThat(positions(tail, 6, 2)).containsExactly(7L, 8L);
    assertThat(positions(tail, 9, 10)).isEmpty();
    assertThat(positions(tail, 99, 10)).isEmpty();
  }

  @Test
  void aGapForgetsWhatWasBefore() {
    Tail tail = new Tail(100 * ONE);
    tail.add(events(1, 3));
    tail.add(events(5, 6));
    assertThat(positions(tail, 0, 10)).isEmpty();
    assertThat(positions(tail, 3, 10)).isEmpty();
    assertThat(positions(tail, 4, 10)).containsExactly(5L, 6L);
  }

  @Test
  void theOldestGoWhenItGrowsTooHeavy() {
    Tail tail = new Tail(3 * ONE);
    tail.add(events(1, 3));
    assertThat(positions(tail, 0, 10)).hasSize(3);
    tail.add(events(4, 5));
    assertThat(positions(tail, 0, 10)).isEmpty();
    assertThat(positions(tail, 2, 10)).containsExactly(3L, 4L, 5L);
  }

  @Test
  void anEventHeavierThanTheTailIsNotKept() {
    Tail tail = new Tail(ONE - 1);
    tail.add(events(1, 2));
    assertThat(positions(tail, 0, 10)).isEmpty();
    tail.add(events(3, 3));
    assertThat(positions(tail, 2, 10)).isEmpty();
  }

  private static List<Long> positions(Tail tail, long after, int max) {
    return tail.after(after, max).stream().map(StoredEvent::position).toList();
  }

  private static List<StoredEvent> events(long first, long last) {
    return LongStream.rangeClosed(first, last).mapToObj(TailTest::event).toList();
  }

  private static StoredEvent event(long position) {
    return new StoredEvent(
        position,
        new Event(
            "e" + position,
            new Scope("o", "e"),
            "s",
            new Event.RequestFacts("POST", "{}", "{}", null, null),
            new byte[100],
            0));
  }
}
