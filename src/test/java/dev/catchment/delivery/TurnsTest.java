package dev.catchment.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class TurnsTest {
  private static final int THREADS = 200;
  private static final int EACH = 500;

  private final Turns turns = new Turns();

  @Test
  void whoeverFindsTheLockTakenGoesOnAndItsWorkIsDoneAllTheSame() throws InterruptedException {
    List<String> done = new ArrayList<>();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch left = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Thread.ofPlatform()
        .daemon(true)
        .start(() -> {
          turns.now(() -> {
            inside.countDown();
            await(left);
            done.add("holder");
          });
          ended.countDown();
        });
    inside.await();
    turns.soon(() -> done.add("guest"));
    left.countDown();
    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(done).containsExactly("holder", "guest");
  }

  @Test
  void workIsDoneByOneAtATimeAndNoneIsForgotten() {
    int[] count = new int[1];
    AtomicBoolean inside = new AtomicBoolean();
    Runnable work =
        () -> {
          assertThat(inside.getAndSet(true)).isFalse();
          count[0]++;
          inside.set(false);
        };
    try (ExecutorService light = Executors.newVirtualThreadPerTaskExecutor();
        ExecutorService heavy = Executors.newFixedThreadPool(3)) {
      for (int i = 0; i < 3; i++) {
        heavy.execute(() -> times(() -> turns.now(work)));
      }
      for (int i = 0; i < THREADS; i++) {
        light.execute(() -> times(() -> turns.soon(work)));
      }
    }
    // Nobody looks after it any more: what was left has been done by who left last.
    assertThat(count[0]).isEqualTo((THREADS + 3) * EACH);
  }

  private static void times(Runnable some) {
    for (int i = 0; i < EACH; i++) {
      some.run();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
