package dev.catchment.routing;

import dev.catchment.base.Ids;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Tx;
import dev.catchment.delivery.Courier;
import dev.catchment.delivery.Destination;
import dev.catchment.delivery.Destinations;
import dev.catchment.delivery.Lines;
import dev.catchment.delivery.Owed;
import dev.catchment.log.Cursor;
import dev.catchment.log.Cursors;
import dev.catchment.log.EventLog;
import dev.catchment.log.LogReader;
import dev.catchment.log.StoredEvent;
import dev.catchment.worker.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log and owes a delivery for every connection that an event matches: the deliveries and
 * the cursor are written in one transaction. What this node has room for it writes as claimed by
 * itself and hands straight to its courier.
 */
public final class Dispatcher implements Step {
  /** The name of its cursor. */
  static final String READER = Destinations.ROUTING_READER;

  private static final int EVENTS_MAX = 500;

  /** A batch ends early when its events owe more than this. */
  private static final int DELIVERIES_MAX = 5_000;

  private static final long OTHER_NODE_MILLIS = 5_000;

  /** Fewer events than this may wait for company: their commit costs as much as one of many. */
  private static final int COMPANY_EVENTS = 32;

  private static final long COMPANY_MILLIS_MAX = 1;

  /**
   * On a shared store events that led to nothing cost a commit all the same. While they come in
   * numbers they share it.
   */
  private static final int IDLE_EVENTS_PER_MILLI = 8;

  private static final long IDLE_MILLIS_MAX = 5;

  private final Database database;
  private final EventLog log;
  private final Cursors cursors;
  private final Ids ids;
  private final Courier courier;
  private final LogReader reader;
  private final Routes routes;

  /** A dispatcher that hands to the courier of its own node. */
  public Dispatcher(
      Database database,
      EventLog log,
      Cursors cursors,
      Ids ids,
      Destinations destinations,
      Courier courier) {
    this.database = database;
    this.log = log;
    this.cursors = cursors;
    this.ids = ids;
    this.courier = courier;
    this.routes = new Routes(database, destinations);
    this.reader = new LogReader(database, cursors, READER);
    database.listen(Channel.ROUTES, any -> reader.lookAgain());
  }

  @Override
  public synchronized Next step() {
    Optional<LogReader.Turn> turn = reader.turn();
    if (turn.isEmpty()) {
      return Step.at(database.now() + OTHER_NODE_MILLIS);
    }
    if (turn.get().fresh()) {
      routes.clear();
      // Whoever had the turn before may be dead, and what it held falls due with its leases.
      courier.lookAgain();
    }
    List<StoredEvent> events = log.readAfter(turn.get().reached(), EVENTS_MAX);
    if (events.isEmpty()) {
      return reader.save().map(Step::at).orElse(Step.whenWoken());
    }
    boolean owed;
    try {
      owed = dispatch(turn.get().cursor(), events);
    } catch (Cursors.Overtaken e) {
      // A connection changed, or another node took over: the same events are matched afresh.
      reader.overtaken();
      return Step.again();
    }
    if (!owed && database.isShared()) {
      return Step.gather(events.size(), IDLE_EVENTS_PER_MILLI, IDLE_MILLIS_MAX);
    }
    return events.size() < COMPANY_EVENTS
        ? Step.gather(events.size(), 1, COMPANY_MILLIS_MAX)
        : Step.again();
  }

  /** A match of an event and a connection. */
  private record Matched(StoredEvent event, Connection connection) {}

  /** Owes what the events are to lead to; false when that is nothing. */
  private boolean dispatch(Cursor cursor, List<StoredEvent> events) {
    routes.learn(events);
    List<Matched> matches = new ArrayList<>();
    long reached = cursor.position();
    for (StoredEvent event : events) {
      if (matches.size() >= DELIVERIES_MAX) {
        break;
      }
      // A duplicate is kept for the record and goes nowhere, and a seed only fills collections.
      for (Connection connection :
          event.event().isRouted() ? routes.of(event) : List.<Connection>of()) {
        if (Match.matches(connection, event, log.views())) {
          matches.add(new Matched(event, connection));
        }
      }
      reached = event.position();
    }
    if (matches.isEmpty() && events.stream().noneMatch(routes::isConnected)) {
      reader.skipped(reached);
      return false;
    }
    write(cursor, reached, matches);
    return true;
  }

  private void write(Cursor cursor, long reached, List<Matched> matches) {
    Map<String, Integer> reserved = reserve(matches);
    Map<String, Integer> free = new HashMap<>(reserved);
    List<Owed.New> deliveries = new ArrayList<>(matches.size());
    Map<String, List<Owed>> claimed = new LinkedHashMap<>();
    for (Matched match : matches) {
      Destination destination = routes.destination(match.connection());
      Owed.Begin begin = begin(match.connection(), destination, free);
      Owed owed = owed(match, destination, begin == Owed.Begin.CLAIMED ? 1 : 0);
      deliveries.add(
          new Owed.New(owed, begin, destination.target().url(), destination.target().method()));
      if (begin == Owed.Begin.CLAIMED) {
        claimed.computeIfAbsent(destination.id(), id -> new ArrayList<>()).add(owed);
      } else if (begin == Owed.Begin.DUE && !destination.pace().ordered()) {
        courier.overflow(destination);
      }
    }
    long since = database.now();
    try {
      reader.moved(
          database.write(
              Durability.DERIVED,
              tx -> {
                Cursor moved = cursors.move(tx, cursor, reached);
                courier.add(tx, deliveries);
                count(tx, matches);
                return moved;
              }));
    } catch (RuntimeException e) {
      reserved.forEach(courier::release);
      throw e;
    }
    claimed.forEach((id, owed) -> courier.take(routes.destinationOf(id), owed, since));
  }

  private Map<String, Integer> reserve(List<Matched> matches) {
    Map<String, Integer> wanted = new LinkedHashMap<>();
    for (Matched match : matches) {
      if (match.connection().status() == Connection.Status.ACTIVE) {
        wanted.merge(match.connection().ends().destinationId(), 1, Integer::sum);
      }
    }
    wanted.replaceAll((id, count) -> courier.reserve(routes.destinationOf(id), count));
    return wanted;
  }

  private static Owed.Begin begin(
      Connection connection, Destination destination, Map<String, Integer> free) {
    if (connection.status() == Connection.Status.PAUSED
        || destination.status() == Destination.Status.PAUSED) {
      return Owed.Begin.HELD;
    }
    if (destination.breaker().open()) {
      return Owed.Begin.WAITING;
    }
    int left = free.getOrDefault(destination.id(), 0);
    if (left == 0) {
      return Owed.Begin.DUE;
    }
    free.put(destination.id(), left - 1);
    return Owed.Begin.CLAIMED;
  }

  private Owed owed(Matched match, Destination destination, long claimNumber) {
    return new Owed(
        ids.next(),
        match.event().event().scope(),
        match.event(),
        match.connection().id(),
        destination.id(),
        new Owed.Numbers(1, 1, "initial"),
        claimNumber,
        match.connection().transform().inEffect(),
        Owed.Turn.in(Lines.of(destination.pace(), match.event(), log.views())));
  }

  private static void count(Tx tx, List<Matched> matches) {
    Map<String, long[]> totals = new LinkedHashMap<>();
    for (Matched match : matches) {
      long[] total = totals.computeIfAbsent(match.connection().id(), id -> new long[2]);
      total[0]++;
      total[1] = Math.max(total[1], match.event().event().receivedAt());
    }
    List<@Nullable Object[]> rows = new ArrayList<>();
    totals.forEach((id, total) -> rows.add(new @Nullable Object[] {total[0], total[1], id}));
    tx.batch(
        """
        UPDATE connections SET event_count = event_count + ?, last_event_at = ? WHERE id = ?
        """,
        rows);
  }
}
