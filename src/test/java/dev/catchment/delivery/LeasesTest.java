package dev.catchment.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class LeasesTest {
  private static final long LEASE_MILLIS = 30_000;
  private static final Destination DESTINATION =
      Sample.destination(
          "d", Sample.target("http://receiver.test", null, "none", null), Sample.RETRY, 1);

  private final SettableClock clock = new SettableClock(0);
  private final AtomicInteger woken = new AtomicInteger();
  private final Leases leases = new Leases(LEASE_MILLIS, clock);

  @Test
  void aLeaseIsRenewedWhenAThirdOfItIsGone() {
    Owed owed = owed("a", 1);
    leases.hold(List.of(owed), 0);
    assertThat(leases.due(9)).isEmpty();
    assertThat(leases.nextRenewal()).hasValue(LEASE_MILLIS / 3);
    clock.pass(Duration.ofMillis(LEASE_MILLIS / 3));
    assertThat(leases.due(9)).containsExactly(owed);
    assertThat(leases.renewed(List.of(owed), clock.millis())).isEmpty();
    assertThat(leases.due(9)).isEmpty();
    assertThat(leases.nextRenewal()).hasValue(2 * LEASE_MILLIS / 3);
  }

  @Test
  void thoseThatRunOutFirstAreRenewedFirst() {
    leases.hold(List.of(owed("late", 1)), 20);
    leases.hold(List.of(owed("early", 1)), 10);
    clock.pass(Duration.ofMillis(LEASE_MILLIS));
    assertThat(leases.due(1)).extracting(Owed::id).containsExactly("early");
  }

  @Test
  void nothingIsSentOnAClaimThatMayRunOutUntilItIsRenewed() {
    leases.wakes(woken::incrementAndGet);
    Owed owed = owed("a", 1);
    leases.hold(List.of(owed), 0);
    clock.pass(Duration.ofMillis(2 * LEASE_MILLIS / 3 - 1));
    assertThat(leases.maySend(owed, DESTINATION)).isTrue();
    clock.pass(Duration.ofMillis(1));
    woken.set(0);
    assertThat(leases.maySend(owed, DESTINATION)).isFalse();
    assertThat(leases.isHeld(owed)).isTrue();
    assertThat(woken).hasValue(1);
    assertThat(leases.renewed(List.of(owed), clock.millis()))
        .containsExactly(new Leases.Wanted(owed, DESTINATION));
    assertThat(leases.renewed(List.of(owed), clock.millis())).isEmpty();
    assertThat(leases.maySend(owed, DESTINATION)).isTrue();
  }

  @Test
  void whoeverAsksWhileItIsBeingRenewedIsAnsweredByTheNextRenewal() {
    Owed owed = owed("a", 1);
    leases.hold(List.of(owed), 0);
    clock.pass(Duration.ofMillis(LEASE_MILLIS));
    assertThat(leases.maySend(owed, DESTINATION)).isFalse();
    // Renewed for so short a time that it is as late as before.
    assertThat(leases.renewed(List.of(owed), 0)).hasSize(1);
    assertThat(leases.maySend(owed, DESTINATION)).isFalse();
    assertThat(leases.due(9)).containsExactly(owed);
  }

  @Test
  void nothingIsSentOnAClaimThatIsLostAndANewerOneIsAnother() {
    Owed owed = owed("a", 1);
    assertThat(leases.maySend(owed, DESTINATION)).isFalse();
    leases.hold(List.of(owed), 0);
    leases.hold(List.of(owed("a", 2)), 0);
    assertThat(leases.maySend(owed, DESTINATION)).isFalse();
    assertThat(leases.isHeld(owed)).isFalse();
    leases.forget(List.of(owed));
    leases.renewed(List.of(owed), 50_000);
    assertThat(leases.held()).extracting(Owed::claimNumber).containsExactly(2L);
    assertThat(leases.nextRenewal()).hasValue(LEASE_MILLIS / 3);
    leases.forget(List.of(owed("a", 2)));
    assertThat(leases.held()).isEmpty();
  }

  @Test
  void onlyTheFirstClaimAfterRestWakesTheWatcher() {
    leases.wakes(woken::incrementAndGet);
    assertThat(leases.nextRenewal()).isEmpty();
    leases.hold(List.of(owed("a", 1)), 0);
    leases.hold(List.of(owed("b", 1)), 0);
    assertThat(woken).hasValue(1);
    assertThat(leases.nextRenewal()).isPresent();
    leases.hold(List.of(owed("c", 1)), 0);
    assertThat(woken).hasValue(1);
    leases.forget(leases.held());
    assertThat(leases.nextRenewal()).isEmpty();
    leases.hold(List.of(owed("d", 1)), 0);
    assertThat(woken).hasValue(2);
  }

  private static Owed owed(String id, long claimNumber) {
    Owed owed = Sample.owed(id, "d", Sample.event("e", "s", "text/plain", new byte[0]));
    return new Owed(
        owed.id(),
        owed.scope(),
        owed.event(),
        owed.connectionId(),
        owed.destinationId(),
        owed.numbers(),
        claimNumber,
        null);
  }
}
