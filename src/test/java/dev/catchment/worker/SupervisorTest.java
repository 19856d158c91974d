package dev.catchment.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.SettableClock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class SupervisorTest {
  private final SettableClock clock = new SettableClock(1_000_000);

  @Test
  void itTellsWhichLoopsAreInTroubleAndWhy() throws InterruptedException {
    CountDownLatch failedTwice = new CountDownLatch(2);
    Loop bad =
        new Loop(
            "bad",
            () -> {
              failedTwice.countDown();
              throw new IllegalStateException("broken");
            },
            clock);
    Loop good = new Loop("good", Step::whenWoken, clock);
    try (Supervisor supervisor = new Supervisor(List.of(good, bad))) {
      assertThat(supervisor.troubles()).isEmpty();
      supervisor.start();
      assertThat(failedTwice.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(supervisor.troubles()).containsOnlyKeys("bad").containsEntry("bad", "broken");
    }
  }

  @Test
  void itStopsLoopsInTheReverseOrderOfTheirStartAndNoneRunsAfterwards()
      throws InterruptedException {
    CountDownLatch running = new CountDownLatch(2);
    List<String> ran = new CopyOnWriteArrayList<>();
    AtomicInteger stepsOfFirst = new AtomicInteger();
    CountDownLatch secondIsOver = new CountDownLatch(1);
    CountDownLatch firstGoesOn = new CountDownLatch(1);
    Loop first =
        new Loop(
            "first",
            () -> {
              running.countDown();
              stepsOfFirst.incrementAndGet();
              if (secondIsOver.getCount() == 0) {
                ran.add("first after second");
                firstGoesOn.countDown();
              }
              return Step.again();
            },
            clock);
    Loop second =
        new Loop(
            "second",
            () -> {
              running.countDown();
              if (Thread.currentThread().isInterrupted()) {
                ran.add("interrupted");
              }
              return Step.again();
            },
            clock);
    Supervisor supervisor = new Supervisor(List.of(first, second));
    supervisor.start();
    assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
    second.stop(5_000);
    secondIsOver.countDown();
    assertThat(firstGoesOn.await(10, TimeUnit.SECONDS)).isTrue();
    supervisor.close();
    int stepsAtEnd = stepsOfFirst.get();
    supervisor.close();
    assertThat(stepsOfFirst).hasValue(stepsAtEnd);
    assertThat(ran).isNotEmpty().containsOnly("first after second");
  }
}
