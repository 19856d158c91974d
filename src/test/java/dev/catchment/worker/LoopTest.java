package dev.catchment.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Failure;
import dev.catchment.testkit.SettableClock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class LoopTest {
  private static final long NOW = 1_000_000;
  private static final long STOP_MILLIS = 5_000;

  private final SettableClock clock = new SettableClock(NOW);
  private final Semaphore begun = new Semaphore(0);
  private final AtomicInteger steps = new AtomicInteger();
  private IntFunction<Step.Next> script = step -> Step.whenWoken();
  private final Loop loop = new Loop("test", this::step, clock);

  private Step.Next step() {
    int number = steps.incrementAndGet();
    begun.release();
    return script.apply(number);
  }

  @AfterEach
  void stop() {
    loop.stop(STOP_MILLIS);
  }

  @Test
  void itRunsAtOnceWhileThereIsWorkAndThenSleeps() throws InterruptedException {
    script = step -> step < 100 ? Step.again() : Step.whenWoken();
    loop.start();
    await(100);
    assertSleeps();
    loop.wake();
    await(1);
  }

  @Test
  void aTimeInThePastIsAtOnceAndOneAheadIsWaitedFor() throws InterruptedException {
    script =
        step -> step < 5 ? Step.at(NOW - step) : step == 5 ? Step.at(NOW + 40) : Step.whenWoken();
    loop.start();
    await(6);
    assertSleeps();
  }

  @Test
  void wakingCutsAWaitShort() throws InterruptedException {
    script = step -> Step.at(Long.MAX_VALUE);
    loop.start();
    await(1);
    assertSleeps();
    loop.wake();
    await(1);
  }

  @Test
  void wakingDoesNotCutARestShortAndAnotherStepFollowsIt() throws InterruptedException {
    long restMillis = 60;
    script = step -> step == 1 ? new Step.Next.Rest(restMillis) : Step.whenWoken();
    long startedAt = System.nanoTime();
    loop.start();
    await(1);
    loop.wake();
    await(1);
    assertThat(System.nanoTime() - startedAt).isGreaterThanOrEqualTo(restMillis * 1_000_000);
    assertSleeps();
  }

  @Test
  void whatComesAloneWaitsForNothingAndMuchWaitsForTheLongestRest() {
    assertThat(Step.gather(0, 4, 25)).isEqualTo(Step.again());
    assertThat(Step.gather(3, 4, 25)).isEqualTo(Step.again());
    assertThat(Step.gather(4, 4, 25)).isEqualTo(new Step.Next.Rest(1));
    assertThat(Step.gather(40, 4, 25)).isEqualTo(new Step.Next.Rest(10));
    assertThat(Step.gather(1_000, 4, 25)).isEqualTo(new Step.Next.Rest(25));
  }

  @Test
  void aWakeUpDuringAStepLeadsToAnotherStep() throws InterruptedException {
    script =
        step -> {
          if (step <= 50) {
            loop.wake();
          }
          return Step.whenWoken();
        };
    loop.start();
    await(51);
    assertSleeps();
  }

  @Test
  void aWakeUpBeforeTheFirstStepIsNoReasonForASecond() throws InterruptedException {
    loop.wake();
    loop.start();
    await(1);
    assertSleeps();
  }

  @Test
  void noWakeUpOfManyThreadsIsLost() throws InterruptedException {
    AtomicInteger wanted = new AtomicInteger();
    AtomicInteger seen = new AtomicInteger();
    CountDownLatch caughtUp = new CountDownLatch(1);
    int threads = 4;
    int each = 5_000;
    script =
        step -> {
          seen.set(wanted.get());
          if (seen.get() == threads * each) {
            caughtUp.countDown();
          }
          return Step.whenWoken();
        };
    loop.start();
    for (int i = 0; i < threads; i++) {
      Thread.ofVirtual()
          .start(() -> {
            for (int j = 0; j < each; j++) {
              wanted.incrementAndGet();
              loop.wake();
            }
          });
    }
    assertThat(caughtUp.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aStepThatFailsIsTriedAgainAndTheTroubleIsShownUntilItSucceeds() throws InterruptedException {
    CountDownLatch shown = new CountDownLatch(1);
    script =
        step ->
            switch (step) {
              case 1 -> throw Failure.unavailable();
              case 2 -> throw new IllegalStateException("a bug");
              case 3 -> throw new StackOverflowError();
              case 4 -> throw new AssertionError("an error");
              case 5 -> {
                awaitQuietly(shown);
                yield Step.again();
              }
              default -> Step.whenWoken();
            };
    loop.start();
    await(5);
    assertThat(loop.trouble()).contains("an error");
    shown.countDown();
    await(1);
    assertThat(loop.trouble()).isNull();
    assertSleeps();
  }

  @Test
  void wakingDoesNotCutTheBackOffShort() throws InterruptedException {
    script =
        step -> {
          throw new IllegalStateException("again");
        };
    loop.start();
    await(1);
    long start = System.nanoTime();
    Thread waker =
        Thread.ofVirtual()
            .start(() -> {
              while (steps.get() < 4) {
                loop.wake();
                Thread.onSpinWait();
              }
            });
    await(3);
    waker.join();
    // Pauses of 50, 100 and 200 ms.
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isGreaterThan(300);
  }

  @Test
  void stoppingLetsTheRunningStepEndAndStartsNoOther() throws InterruptedException {
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    script =
        step -> {
          awaitQuietly(goOn);
          ended.incrementAndGet();
          return Step.again();
        };
    loop.start();
    await(1);
    Thread stopper = Thread.ofVirtual().start(() -> loop.stop(STOP_MILLIS));
    loop.stop(1);
    goOn.countDown();
    stopper.join();
    assertThat(ended).hasValue(1);
    assertThat(steps).hasValue(1);
  }

  @Test
  void stoppingDoesNotWaitLongerThanItMay() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    script =
        step -> {
          awaitQuietly(never);
          return Step.again();
        };
    loop.start();
    await(1);
    long start = System.nanoTime();
    loop.stop(50);
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isLessThan(4_000);
    never.countDown();
  }

  private void await(int count) throws InterruptedException {
    assertThat(begun.tryAcquire(count, 10, TimeUnit.SECONDS)).as("%d more steps", count).isTrue();
  }

  private void assertSleeps() throws InterruptedException {
    assertThat(begun.tryAcquire(100, TimeUnit.MILLISECONDS)).as("another step").isFalse();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
