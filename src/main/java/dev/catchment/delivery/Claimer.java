package dev.catchment.delivery;

import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Work;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Claims deliveries that are due in the store and sorts them: what may be sent goes to its lane,
 * beginning the retry it may be; what may not is held; what has lost its event is over.
 */
final class Claimer {
  private final Database database;
  private final EventLog log;
  private final Destinations destinations;
  private final DeliveryQueue queue;
  private final Lanes lanes;
  private final Leases leases;

  Claimer(
      Database database,
      EventLog log,
      Destinations destinations,
      DeliveryQueue queue,
      Lanes lanes,
      Leases leases) {
    this.database = database;
    this.log = log;
    this.destinations = destinations;
    this.queue = queue;
    this.lanes = lanes;
    this.leases = leases;
  }

  /** Claims up to {@code max} deliveries of a kind that are due, and says how many there were. */
  int claim(DeliveryQueue.Kind kind, int max, List<String> fullDestinations) {
    return claim(tx -> queue.claim(tx, kind, max, fullDestinations));
  }

  /** Claims a slice of what a destination has let go, and says whether there may be more of it. */
  boolean claimReleased(String destinationId, int max) {
    int[] heads = new int[1];
    int claimed =
        claim(tx -> {
          if (!Held.lockAndAskIfOpen(tx, destinationId)) {
            // It is let go anew by whatever lets it take deliveries again.
            Releases.end(tx, destinationId);
            heads[0] = 0;
            return List.of();
          }
          heads[0] = Held.releaseHeads(tx, destinationId, max);
          List<Due> slice = queue.claimHeld(tx, destinationId, max);
          if (heads[0] < max && slice.size() < max) {
            Releases.end(tx, destinationId);
          }
          if (heads[0] > 0) {
            tx.notify(Channel.DELIVERIES, "due");
          }
          return slice;
        });
    return heads[0] == max || claimed == max;
  }

  private int claim(Work<List<Due>> claiming) {
    long since = database.now();
    List<Due> claimed = database.write(Durability.DERIVED, claiming);
    if (!claimed.isEmpty()) {
      sort(claimed, since);
    }
    return claimed.size();
  }

  /** Gives back what may not be sent now; what is held for a destination that is gone is over. */
  void hold(List<Owed> claims) {
    if (claims.isEmpty()) {
      return;
    }
    try {
      database.write(
          Durability.DERIVED,
          tx -> {
            Claims.hold(tx, claims);
            return true;
          });
    } finally {
      // If that could not be written, the claims run out by themselves.
      leases.forget(claims);
    }
  }

  private void sort(List<Due> claimed, long since) {
    int changes = lanes.changes();
    Map<Long, StoredEvent> events = new HashMap<>();
    log.readAt(claimed.stream().map(Due::eventPosition).distinct().toList())
        .forEach(event -> events.put(event.position(), event));
    Map<String, Destination> found =
        database.read(tx ->
            destinations.byId(tx, claimed.stream().map(Due::destinationId).distinct().toList()));
    List<Due> over = new ArrayList<>();
    List<DeliveryQueue.Retry> retries = new ArrayList<>();
    List<Owed> firsts = new ArrayList<>();
    List<Owed> blocked = new ArrayList<>();
    for (Due due : claimed) {
      StoredEvent event = events.get(due.eventPosition());
      Destination destination = found.get(due.destinationId());
      if (event == null || destination == null) {
        over.add(due);
      } else if (!destination.isOpenForAll()) {
        blocked.add(due.owed(event));
      } else if (due.isRetry()) {
        retries.add(new DeliveryQueue.Retry(due, event, destination.target()));
      } else {
        firsts.add(due.owed(event));
      }
    }
    Handing handing = new Handing(found, changes, since);
    hand(firsts, handing);
    hand(begin(retries), handing);
    end(over, found.keySet());
    hold(blocked);
  }

  private List<Owed> begin(List<DeliveryQueue.Retry> retries) {
    return retries.isEmpty()
        ? List.of()
        : database.write(Durability.DERIVED, tx -> queue.beginRetries(tx, retries));
  }

  private void end(List<Due> over, Set<String> destinationIds) {
    if (!over.isEmpty()) {
      database.write(
          Durability.DERIVED,
          tx -> {
            queue.end(tx, over, destinationIds);
            return true;
          });
    }
  }

  /**
   * To whom claims are handed on.
   *
   * @param changes how often destinations had changed before these were read
   * @param since a time before the claims were written
   */
  private record Handing(Map<String, Destination> found, int changes, long since) {}

  private void hand(List<Owed> owed, Handing handing) {
    Map<String, List<Owed>> lanesOf = new LinkedHashMap<>();
    for (Owed one : owed) {
      lanesOf.computeIfAbsent(one.destinationId(), id -> new ArrayList<>()).add(one);
    }
    lanesOf.forEach((id, some) -> {
      Destination destination = handing.found().get(id);
      if (destination != null) {
        lanes.add(destination, handing.changes(), some, handing.since());
      }
    });
  }
}
