package dev.catchment.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.SettableClock;
import dev.catchment.verify.Fetch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Providers are asked for their keys seldom, whatever requests name. */
final class FetchedKeysTest {
  private static final byte[] KEY = {1, 2, 3};

  private final SettableClock clock = new SettableClock(IntakeNode.START);
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private boolean there = true;
  private final FetchedKeys keys =
      new FetchedKeys(
          clock,
          fetch -> {
            asked.add(fetch.url());
            return there ? Optional.of(KEY) : Optional.empty();
          });

  private static Fetch of(String url) {
    return new Fetch(url, null);
  }

  @Test
  void aKeyIsFetchedOnceADayAndOutlivesItsProvider() {
    assertThat(keys.find(of("a"))).isEmpty();
    keys.fetch(of("a"), "s");
    keys.fetch(of("a"), "s");
    assertThat(keys.find(of("a"))).contains(KEY);
    assertThat(asked).containsExactly("a");
    clock.pass(Duration.ofDays(1));
    assertThat(keys.find(of("a"))).as("it is to be fetched again").isEmpty();
    there = false;
    keys.fetch(of("a"), "s");
    assertThat(keys.find(of("a"))).as("the old one stands in").contains(KEY);
    assertThat(asked).hasSize(2);
  }

  @Test
  void aMissingKeyIsNotAskedForAgainForAWhile() {
    there = false;
    keys.fetch(of("a"), "s");
    keys.fetch(of("a"), "other");
    assertThat(asked).hasSize(1);
    clock.pass(Duration.ofSeconds(30));
    there = true;
    keys.fetch(of("a"), "s");
    assertThat(keys.find(of("a"))).contains(KEY);
  }

  @Test
  void forgedNamesCauseFewCallsAndOnlyHoldUpTheirOwnSource() {
    there = false;
    for (int i = 0; i < 500; i++) {
      keys.fetch(of("forged-" + i), "attacked");
    }
    assertThat(asked).hasSize(5);
    there = true;
    keys.fetch(of("real"), "another");
    assertThat(keys.find(of("real"))).contains(KEY);
    clock.pass(Duration.ofSeconds(30));
    for (int i = 0; i < 500; i++) {
      keys.fetch(of("right-" + i), "attacked");
    }
    assertThat(asked).as("keys that are there are no bother").hasSize(506);
  }

  @Test
  void whoComesMeanwhileWaitsForTheSameCall() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    FetchedKeys slow =
        new FetchedKeys(
            clock,
            fetch -> {
              asked.add(fetch.url());
              try {
                answer.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return Optional.of(KEY);
            });
    List<CompletableFuture<Optional<byte[]>>> waiting =
        Stream.generate(
                () -> {
                  CompletableFuture<Optional<byte[]>> found = new CompletableFuture<>();
                  Thread.startVirtualThread(() -> {
                    slow.fetch(of("a"), "s");
                    found.complete(slow.find(of("a")));
                  });
                  return found;
                })
            .limit(10)
            .toList();
    answer.countDown();
    for (CompletableFuture<Optional<byte[]>> one : waiting) {
      assertThat(one.join()).contains(KEY);
    }
    assertThat(asked).hasSize(1);
  }
}
