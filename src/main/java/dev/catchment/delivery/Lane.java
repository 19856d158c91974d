package dev.catchment.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The claimed deliveries of one destination on this node. Retries wait apart from what was not sent
 * before and take turns with it, so that neither waits for all of the other. Guarded by the lock of
 * its lanes, but for what is known of the destination.
 */
final class Lane {
  /** How many claimed deliveries of one kind may wait in memory. */
  static final int WAITING_MAX = 1_000;

  /** Send times that went by unused are lost, or they would be made up for in a burst. */
  private static final long LATE_MICROS_MAX = 100_000;

  /** Deliveries of one kind. */
  static final class Waiting {
    private final ArrayDeque<Owed> deliveries = new ArrayDeque<>();
    int reserved;

    /** More of this kind is due in the store than has been claimed. */
    boolean overflows;

    int room() {
      return WAITING_MAX - deliveries.size() - reserved;
    }

    /** The store holds more and there is room for it. */
    boolean wantsMore() {
      return overflows && room() >= WAITING_MAX / 2;
    }
  }

  private final Waiting fresh = new Waiting();
  private final Waiting retries = new Waiting();
  private boolean retryIsNext;
  int inFlight;

  /** Read without the lock. */
  private final AtomicReference<Known> known;

  private SendTimes.Taken times = new SendTimes.Taken(0, 1, 0);

  /**
   * The destination as it was last read.
   *
   * @param changes how often it was said to have changed
   * @param read how often it had been when it was read
   */
  record Known(Destination destination, int changes, int read) {
    boolean isStale() {
      return changes != read;
    }
  }

  Lane(Destination destination) {
    this.known = new AtomicReference<>(new Known(destination, 0, 0));
  }

  Known known() {
    return Objects.requireNonNull(known.get());
  }

  Destination destination() {
    return known().destination();
  }

  /** The destination has changed. */
  void changed() {
    known.updateAndGet(was -> new Known(was.destination(), was.changes() + 1, was.read()));
  }

  /** The destination as it was read after that many changes, unless a newer one is known. */
  void refresh(Destination destination, int changes) {
    known.updateAndGet(
        was -> changes >= was.read() ? new Known(destination, was.changes(), changes) : was);
  }

  Waiting of(DeliveryQueue.Kind kind) {
    return kind == DeliveryQueue.Kind.RETRY ? retries : fresh;
  }

  private Waiting of(Owed owed) {
    return owed.numbers().trigger().equals("retry") ? retries : fresh;
  }

  /** Whether nothing more of a kind may be claimed. */
  boolean isFull(DeliveryQueue.Kind kind) {
    // A retry that was given back is claimed as if it were fresh.
    return of(kind).room() <= 0
        || (kind == DeliveryQueue.Kind.FRESH && retries.room() <= -WAITING_MAX);
  }

  void put(Owed owed) {
    if (owed.turn().probe()) {
      putFirst(owed);
    } else {
      of(owed).deliveries.addLast(owed);
    }
  }

  /** It has had its turn before. */
  void putFirst(Owed owed) {
    of(owed).deliveries.addFirst(owed);
  }

  /** Takes out what waits and fits the condition. */
  List<Owed> take(Predicate<Owed> wanted) {
    List<Owed> taken = new ArrayList<>();
    for (Waiting kind : List.of(fresh, retries)) {
      kind.deliveries.stream().filter(wanted).forEach(taken::add);
      kind.deliveries.removeIf(wanted);
    }
    return taken;
  }

  private boolean isEmpty() {
    return fresh.deliveries.isEmpty() && retries.deliveries.isEmpty();
  }

  boolean canStart() {
    return !isEmpty() && inFlight < destination().pace().maxInFlight();
  }

  /** The next delivery; null when there is none, or its time has not come. */
  @Nullable Owed next(long nowMicros) {
    if (!canStart() || (isLimited() && !useTime(nowMicros))) {
      return null;
    }
    Owed next = (retryIsNext ? retries : fresh).deliveries.pollFirst();
    if (next == null) {
      next = (retryIsNext ? fresh : retries).deliveries.pollFirst();
    }
    retryIsNext = next != null && of(next) == fresh;
    return next;
  }

  private boolean isLimited() {
    return destination().pace().ratePerSecond() != null;
  }

  private boolean useTime(long nowMicros) {
    while (times.count() > 0 && times.firstMicros() < nowMicros - LATE_MICROS_MAX) {
      times = times.rest();
    }
    if (times.count() == 0 || times.firstMicros() > nowMicros) {
      return false;
    }
    times = times.rest();
    return true;
  }

  /** How many send times it needs to go on; 0 when it has some or needs none. */
  int timesWanted() {
    Integer rate = destination().pace().ratePerSecond();
    boolean wants = rate != null && times.count() == 0 && canStart();
    return wants && rate != null
        ? Math.min(rate, fresh.deliveries.size() + retries.deliveries.size())
        : 0;
  }

  void give(SendTimes.Taken more) {
    times = more;
  }

  /** When its next send time comes, in microseconds since 1970; null when it waits for none. */
  @Nullable Long nextTime() {
    return isLimited() && times.count() > 0 && canStart() ? (Long) times.firstMicros() : null;
  }

  /** Nobody relies on what it knows of its destination. */
  boolean isUnused() {
    return isEmpty() && inFlight == 0 && fresh.reserved == 0;
  }

  /** The store holds more and there is room for it, or it needs send times. */
  boolean wantsMore() {
    return fresh.wantsMore() || retries.wantsMore() || timesWanted() > 0;
  }
}
