package dev.catchment.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.Sample;
import dev.catchment.testkit.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LanesTest {
  private static final long LEASE_MILLIS = 30_000;
  private static final String SLOW = "slow";
  private static final String FAST = "fast";
  private static final DeliveryQueue.Kind FRESH = DeliveryQueue.Kind.FRESH;

  private final SettableClock clock = new SettableClock(0);
  private final Leases leases = new Leases(LEASE_MILLIS, clock);
  private final AtomicInteger asked = new AtomicInteger();
  private final List<Owed> started = new ArrayList<>();
  private final List<Destination> startedWith = new ArrayList<>();

  @Test
  void aDestinationRunsNoMoreAtOnceThanItAllows() {
    Lanes lanes = lanes(100);
    List<Owed> owed = owed(SLOW, 5);
    add(lanes, destination(SLOW, 2), owed);
    assertThat(started).containsExactly(owed.get(0), owed.get(1));
    lanes.done(owed.get(1));
    assertThat(started).containsExactly(owed.get(0), owed.get(1), owed.get(2));
  }

  @Test
  void theWholeNodeRunsNoMoreAtOnceThanItsBoundAndSharesItInTurn() {
    Lanes lanes = lanes(3);
    List<Owed> slow = owed(SLOW, 10);
    List<Owed> fast = owed(FAST, 10);
    add(lanes, destination(SLOW, 10), slow);
    add(lanes, destination(FAST, 10), fast);
    assertThat(started).containsExactlyElementsOf(slow.subList(0, 3));
    lanes.done(slow.get(0));
    lanes.done(slow.get(1));
    lanes.done(slow.get(2));
    assertThat(started.subList(3, 6)).contains(fast.get(0)).contains(slow.get(3));
    started.clear();
    lanes.done(fast.get(0));
    lanes.done(slow.get(3));
    assertThat(started).extracting(Owed::destinationId).containsExactlyInAnyOrder(SLOW, FAST);
  }

  @Test
  void aDestinationThatNeverEndsDoesNotHoldUpAnother() {
    Lanes lanes = lanes(8);
    add(lanes, destination(SLOW, 4), owed(SLOW, 500));
    List<Owed> fast = owed(FAST, 500);
    add(lanes, destination(FAST, 4), fast);
    for (Owed owed : fast) {
      assertThat(started).contains(owed);
      lanes.done(owed);
    }
    assertThat(started.stream().filter(owed -> owed.destinationId().equals(SLOW))).hasSize(4);
  }

  @Test
  void oneDestinationTakesTwoThirdsAtMostAndManyThatHangLeaveAPlaceForAnother() {
    Lanes lanes = lanes(30);
    add(lanes, destination(SLOW, 1_000), owed(SLOW, 500));
    assertThat(started).hasSize(21);
    Lanes many = lanes(256);
    started.clear();
    for (int i = 0; i < 50; i++) {
      add(many, destination("hangs" + i, 10), owed("hangs" + i, 100));
    }
    List<Owed> fast = owed(FAST, 1);
    add(many, destination(FAST, 10), fast);
    assertThat(started).hasSizeLessThan(256).contains(fast.getFirst());
  }

  @Test
  void retriesTakeTurnsWithWhatIsSentForTheFirstTime() {
    Lanes lanes = lanes(1);
    List<Owed> retries = owed(SLOW, 3).stream().map(LanesTest::asRetry).toList();
    List<Owed> fresh = owed(SLOW, 6).subList(3, 6);
    add(lanes, destination(SLOW, 1), retries);
    add(lanes, destination(SLOW, 1), fresh);
    for (int i = 0; i < 6; i++) {
      lanes.done(started.get(i));
    }
    assertThat(started)
        .containsExactly(
            retries.get(0),
            fresh.get(0),
            retries.get(1),
            fresh.get(1),
            retries.get(2),
            fresh.get(2));
  }

  @Test
  void aLaneFullOfRetriesHasRoomForWhatIsNew() {
    Lanes lanes = lanes(1);
    add(
        lanes,
        destination(SLOW, 1),
        owed(SLOW, Lane.WAITING_MAX + 1).stream().map(LanesTest::asRetry).toList());
    assertThat(lanes.room().full(DeliveryQueue.Kind.RETRY)).containsExactly(SLOW);
    assertThat(lanes.room().full(FRESH)).isEmpty();
    assertThat(lanes.room().reserve(destination(SLOW, 1), 5)).isEqualTo(5);
  }

  @Test
  void nothingIsSetAsideWhereAnOrderOrACircuitDecides() {
    Lanes lanes = lanes(1);
    Destination destination = destination(SLOW, 1);
    assertThat(
            lanes
                .room()
                .reserve(Sample.at(destination, new Destination.Pace(1, null, true, null)), 1))
        .isZero();
    assertThat(
            lanes
                .room()
                .reserve(
                    Sample.with(destination, new Destination.Breaker(true, 5, 1_000, true)), 1))
        .isZero();
  }

  private static Owed asRetry(Owed owed) {
    return new Owed(
        owed.id(),
        owed.scope(),
        owed.event(),
        owed.connectionId(),
        owed.destinationId(),
        new Owed.Numbers(2, 1, "retry"),
        1,
        null);
  }

  @Test
  void roomIsSetAsideOnceAndGivenBack() {
    Lanes lanes = lanes(1);
    Destination destination = destination(SLOW, 1);
    assertThat(lanes.room().reserve(destination, 400)).isEqualTo(400);
    assertThat(lanes.room().reserve(destination, 1_000)).isEqualTo(600);
    assertThat(lanes.room().reserve(destination, 1)).isZero();
    lanes.room().release(SLOW, 600);
    assertThat(lanes.room().reserve(destination, 1_000)).isEqualTo(600);
    List<Owed> owed = owed(SLOW, 400);
    take(lanes, destination, owed);
    // One has started and no longer waits.
    assertThat(lanes.room().reserve(destination, 1_000)).isEqualTo(1);
    assertThat(leases.held()).containsExactlyInAnyOrderElementsOf(owed);
  }

  @Test
  void nothingIsSetAsideForADestinationThatIsNotActive() {
    Lanes lanes = lanes(1);
    Destination destination = destination(SLOW, 1);
    assertThat(lanes.room().reserve(Sample.in(destination, Destination.Status.PAUSED), 1)).isZero();
    assertThat(lanes.room().reserve(Sample.in(destination, Destination.Status.DISABLED), 1))
        .isZero();
    assertThat(lanes.room().reserve(destination, 1)).isEqualTo(1);
  }

  @Test
  void whatOverflowsGoesThroughTheStoreUntilTheStoreIsDrained() {
    Lanes lanes = lanes(1);
    Destination destination = destination(SLOW, 1);
    lanes.room().reserve(destination, 1);
    lanes.room().overflow(destination);
    assertThat(lanes.room().reserve(destination, 5)).isZero();
    lanes.room().drained(FRESH, Set.of(SLOW));
    assertThat(lanes.room().reserve(destination, 5)).isZero();
    lanes.room().drained(FRESH, Set.of());
    assertThat(lanes.room().reserve(destination, 5)).isEqualTo(5);
  }

  @Test
  void aLaneThatWasLeftOutBecauseItWasFullAsksForMoreOnceItHasRoom() {
    Lanes lanes = lanes(1_000);
    Destination destination = destination(SLOW, 1_000);
    int granted = lanes.room().reserve(destination, 2_000);
    assertThat(granted).isEqualTo(Lane.WAITING_MAX);
    assertThat(lanes.room().full(FRESH)).containsExactly(SLOW);
    // The courier found nothing else and thinks that the store is drained.
    lanes.room().drained(FRESH, Set.of(SLOW));
    lanes.room().release(SLOW, 100);
    assertThat(asked).hasValue(0);
    lanes.room().release(SLOW, 500);
    assertThat(asked).hasValue(1);
  }

  @Test
  void aLaneThatWasFullAsksForMoreWhenItsDeliveriesEnd() {
    Lanes lanes = lanes(1);
    List<Owed> owed = owed(SLOW, Lane.WAITING_MAX + 1);
    add(lanes, destination(SLOW, 1), owed);
    assertThat(lanes.room().full(FRESH)).containsExactly(SLOW);
    owed.forEach(lanes::done);
    assertThat(asked).hasValue(Lane.WAITING_MAX / 2 + 1);
    assertThat(lanes.room().full(FRESH)).isEmpty();
  }

  @Test
  void aChangedDestinationIsReadAgainAndAnOlderReadingDoesNotReplaceANewerOne() {
    Lanes lanes = lanes(1);
    Destination destination = destination(SLOW, 1);
    lanes.room().reserve(destination, 3);
    take(lanes, destination, owed(SLOW, 3));
    assertThat(lanes.isStale(SLOW)).isFalse();
    lanes.stale(SLOW);
    assertThat(lanes.isStale(SLOW)).isTrue();
    int before = lanes.changes(SLOW);
    lanes.stale(SLOW);
    // Read before the second change, so it may still be the old one.
    lanes.refresh(destination, before);
    assertThat(lanes.isStale(SLOW)).isTrue();
    Destination newest = destination(SLOW, 7);
    lanes.refresh(newest, lanes.changes(SLOW));
    lanes.refresh(destination, before);
    assertThat(lanes.isStale(SLOW)).isFalse();
    lanes.done(started.getFirst());
    assertThat(startedWith.getLast()).isSameAs(newest);
  }

  @Test
  void whoeverReservesDoesNotHideAChangeFromThoseAlreadyWaiting() {
    Lanes lanes = lanes(1);
    Destination destination = destination(SLOW, 1);
    lanes.room().reserve(destination, 2);
    take(lanes, destination, owed(SLOW, 2));
    lanes.stale(SLOW);
    lanes.room().reserve(destination, 1);
    assertThat(lanes.isStale(SLOW)).isTrue();
  }

  @Test
  void anEmptySubjectMakesEveryLaneStaleAndOthersOnlyTheirOwn() {
    Lanes lanes = lanes(2);
    for (String id : List.of(SLOW, FAST)) {
      lanes.room().reserve(destination(id, 1), 1);
      take(lanes, destination(id, 1), owed(id, 1));
    }
    lanes.stale("due");
    lanes.stale(FAST);
    assertThat(lanes.isStale(SLOW)).isFalse();
    assertThat(lanes.isStale(FAST)).isTrue();
    lanes.stale("");
    assertThat(lanes.isStale(SLOW)).isTrue();
    assertThat(lanes.isStale("unknown")).isTrue();
  }

  @Test
  void whatIsClaimedIsReadAgainOnlyIfSomethingHasChangedSinceItWasRead() {
    Lanes lanes = lanes(1);
    int before = lanes.changes();
    lanes.add(destination(SLOW, 1), before, owed(SLOW, 1), 0);
    assertThat(lanes.isStale(SLOW)).isFalse();
    lanes.stale(FAST);
    lanes.add(destination(SLOW, 1), before, owed(SLOW, 2).subList(1, 2), 0);
    assertThat(lanes.isStale(SLOW)).as("it may have been this one").isTrue();
  }

  @Test
  void whatMayNotBeSentIsKeptBackWithWhatWaitsBehindIt() {
    Lanes lanes = lanes(1);
    List<Owed> owed = owed(SLOW, 3);
    List<Owed> fast = owed(FAST, 2);
    add(lanes, destination(SLOW, 1), owed);
    add(lanes, destination(FAST, 1), fast);
    lanes.keepBack(owed.get(0));
    assertThat(asked).as("somebody is asked to hold them").hasValue(1);
    assertThat(lanes.takeKeptBack()).containsExactlyElementsOf(owed);
    assertThat(lanes.takeKeptBack()).isEmpty();
    lanes.done(owed.get(0));
    lanes.done(fast.get(0));
    assertThat(started).containsExactly(owed.get(0), fast.get(0), fast.get(1));
    assertThat(leases.held()).as("until that is written").hasSize(5);
  }

  @Test
  void whatWaitedForItsRenewalGoesFirst() {
    Lanes lanes = lanes(1);
    List<Owed> owed = owed(SLOW, 3);
    add(lanes, destination(SLOW, 1), owed);
    clock.pass(Duration.ofMillis(LEASE_MILLIS - 1));
    assertThat(leases.maySend(owed.get(0), startedWith.getFirst())).isFalse();
    lanes.resume(leases.renewed(owed, clock.millis()));
    lanes.done(owed.get(0));
    assertThat(started).containsExactly(owed.get(0), owed.get(0));
    assertThat(leases.maySend(owed.get(0), startedWith.getFirst())).isTrue();
    // Its lane may have been forgotten meanwhile.
    Lanes others = lanes(1);
    others.resume(List.of(new Leases.Wanted(owed.get(1), startedWith.getFirst())));
    assertThat(started).hasSize(3).endsWith(owed.get(1));
    assertThat(others.isStale(SLOW)).isTrue();
  }

  @Test
  void whatWasLostOrLostItsConnectionIsNotStarted() {
    Lanes lanes = lanes(1);
    List<Owed> owed = owed(SLOW, 4);
    add(lanes, destination(SLOW, 1), owed);
    lanes.drop(List.of(owed.get(0), owed.get(1)));
    assertThat(leases.held()).containsExactlyInAnyOrder(owed.get(2), owed.get(3));
    lanes.done(owed.get(0));
    assertThat(started).containsExactly(owed.get(0), owed.get(2));
    lanes.dropConnection(owed.get(3).connectionId());
    lanes.done(owed.get(2));
    assertThat(started).hasSize(2);
    assertThat(leases.held()).containsExactly(owed.get(2));
  }

  @Test
  void afterStopNothingStartsAndWhatWaitedIsStillHeld() {
    Lanes lanes = lanes(1);
    List<Owed> owed = owed(SLOW, 3);
    add(lanes, destination(SLOW, 1), owed);
    lanes.stop();
    lanes.done(owed.get(0));
    assertThat(lanes.room().reserve(destination(SLOW, 1), 1)).isZero();
    add(lanes, destination(FAST, 1), owed(FAST, 1));
    assertThat(started).containsExactly(owed.get(0));
    leases.forget(List.of(owed.get(0)));
    assertThat(leases.held()).contains(owed.get(1), owed.get(2)).doesNotContain(owed.get(0));
  }

  private Lanes lanes(int inFlightMax) {
    return new Lanes(
        inFlightMax,
        clock,
        leases,
        (owed, destination) -> {
          started.add(owed);
          startedWith.add(destination);
        },
        asked::incrementAndGet);
  }

  private void add(Lanes lanes, Destination destination, List<Owed> owed) {
    lanes.add(destination, lanes.changes(), owed, clock.millis());
  }

  private void take(Lanes lanes, Destination destination, List<Owed> owed) {
    lanes.take(destination, owed, clock.millis());
  }

  private static Destination destination(String id, int maxInFlight) {
    return Sample.destination(
        id, Sample.target("http://receiver.test", null, "none", null), Sample.RETRY, maxInFlight);
  }

  private static List<Owed> owed(String destinationId, int count) {
    return IntStream.range(0, count)
        .mapToObj(i ->
            Sample.owed(
                destinationId + i,
                destinationId,
                Sample.event("e" + i, "s", "text/plain", new byte[0])))
        .toList();
  }
}
