package dev.catchment.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class WorkersTest {
  private final Meter meter = new Meter(InstantSource.system(), System::nanoTime, 128L << 20);

  @Test
  void whoWaitsForThreadsThatDoNotEndIsToldToComeAgain() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    try (Workers workers = new Workers(meter, 1, 20);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> first =
          threads.submit(() ->
              workers.call(
                  "a",
                  () -> {
                    begun.countDown();
                    held.await();
                    return "a";
                  }));
      begun.await();
      assertThatThrownBy(() -> workers.call("b", () -> "b"))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> assertThat(failure.code()).isEqualTo(Failure.Code.UNAVAILABLE));
      held.countDown();
      first.get();
      assertThat(workers.call("c", () -> "c")).contains("c");
    }
  }
}
