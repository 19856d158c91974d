package dev.catchment.replay;

import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.delivery.Attempts;
import dev.catchment.delivery.Courier;
import dev.catchment.delivery.Destination;
import dev.catchment.delivery.Lines;
import dev.catchment.delivery.LockedEnds;
import dev.catchment.delivery.Owed;
import dev.catchment.expr.FilterRules;
import dev.catchment.json.Json;
import dev.catchment.log.EventLog;
import dev.catchment.log.EventViews;
import dev.catchment.log.OldEvents;
import dev.catchment.log.StoredEvent;
import dev.catchment.routing.Connection;
import dev.catchment.routing.Connections;
import dev.catchment.routing.EventFilter;
import dev.catchment.routing.Events;
import dev.catchment.routing.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Owes one destination the events of a selection once more. */
final class ReplayWork implements JobWork {
  /** Looks of up to 500 events each, to say how many events the rules let pass. */
  private static final int LOOKS_MAX = 20;

  private final Database database;
  private final EventScan scan;
  private final EventViews views;
  private final Courier courier;
  private final Ids ids;

  ReplayWork(Database database, EventLog log, Courier courier, Ids ids) {
    this.database = database;
    this.scan = new EventScan(database, log);
    this.views = log.views();
    this.courier = courier;
    this.ids = ids;
  }

  /**
   * What a replay is asked for.
   *
   * @param connectionId the one connection whose filter applies; null for all that are evaluated
   * @param from milliseconds since 1970
   */
  record Spec(
      EventFilter events,
      FilterRules rules,
      String destinationId,
      @Nullable String connectionId,
      long from,
      long to,
      int maxEvents,
      boolean retry) {

    Json.Obj json() {
      return Json.object()
          .put("events", Selection.json(events))
          .put("rules", rules.isEmpty() ? Json.nil() : rules.toJson())
          .put("destination_id", destinationId)
          .put("connection_id", connectionId)
          .put("from", from)
          .put("to", to)
          .put("max_events", maxEvents)
          .put("retry", retry)
          .build();
    }

    static Spec read(Json.Obj kept) {
      return new Spec(
          Selection.read((Json.Obj) kept.members().getOrDefault("events", Json.nil())),
          FilterRules.parse(kept.get("rules"), "rules"),
          String.valueOf(kept.textOf("destination_id")),
          kept.textOf("connection_id"),
          number(kept, "from"),
          number(kept, "to"),
          (int) number(kept, "max_events"),
          Json.of(true).equals(kept.get("retry")));
    }

    private static long number(Json.Obj kept, String name) {
      return kept.get(name) instanceof Json.Num number ? number.value().longValueExact() : 0;
    }
  }

  /**
   * How many events a replay will look at; with rules at least so many.
   *
   * @return from 0 to the most events it may take
   */
  int total(Scope scope, Spec spec) {
    if (spec.rules().isEmpty()) {
      return (int)
          database.read(tx -> Events.count(tx, scope, spec.events(), spec.maxEvents())).number();
    }
    int found = 0;
    String reached = "";
    for (int looks = 0; looks < LOOKS_MAX && found < spec.maxEvents(); looks++) {
      EventScan.Found more =
          scan.next(scope, spec.events(), spec.rules(), reached, spec.maxEvents() - found);
      found += more.events().size();
      reached = more.reached();
      if (more.last()) {
        break;
      }
    }
    return found;
  }

  @Override
  public long total(Tx tx, Job job) {
    Long total = job.progress().total();
    return total == null ? 0 : total;
  }

  @Override
  public Slice next(Job job, int wanted) {
    Spec spec = Spec.read(job.spec());
    int left = (int) (spec.maxEvents() - job.progress().processed());
    EventScan.Found found =
        scan.next(
            job.scope(),
            spec.events(),
            spec.rules(),
            job.place().reached(),
            Math.min(wanted, left));
    return new Slice(
        found.events().size(),
        found.reached(),
        found.last() || found.events().size() == left,
        tx -> write(tx, job, spec, found.events()));
  }

  private Written write(Tx tx, Job job, Spec spec, List<StoredEvent> found) {
    Set<Long> stored = OldEvents.hold(tx, found.stream().map(StoredEvent::position).toList());
    List<StoredEvent> events =
        found.stream().filter(event -> stored.contains(event.position())).toList();
    LockedEnds ends =
        LockedEnds.of(
            tx,
            connections(tx, job.scope(), spec, events).stream().map(Connection::id).toList(),
            List.of(spec.destinationId()));
    // Read again: what they hold now stays so until the deliveries are written.
    List<Connection> connections =
        connections(tx, job.scope(), spec, events).stream()
            .filter(connection -> ends.hasConnection(connection.id()))
            .toList();
    if (spec.connectionId() != null && connections.isEmpty()) {
      return Written.failed("Connection deleted");
    }
    LockedEnds.Receiver receiver = ends.receiver(spec.destinationId());
    if (receiver == null) {
      return Written.failed("Destination deleted");
    }
    if (receiver.status() == Destination.Status.DISABLED) {
      return Written.failed("Destination is disabled");
    }
    Written owed = owe(tx, new Goal(job, spec, ends, receiver), events, connections);
    return Written.of(owed.started(), owed.skipped() + found.size() - events.size());
  }

  /** Where the deliveries of a job go; it stays as it is until the transaction ends. */
  private record Goal(Job job, Spec spec, LockedEnds ends, LockedEnds.Receiver receiver) {}

  private Written owe(Tx tx, Goal goal, List<StoredEvent> events, List<Connection> connections) {
    Map<String, Long> known =
        Attempts.countByEvent(tx, events.stream().map(event -> event.event().id()).toList());
    List<Owed.New> deliveries = new ArrayList<>();
    int skipped = 0;
    for (StoredEvent event : events) {
      List<Way> ways = ways(goal.job(), event, connections);
      boolean aside = known.containsKey(event.event().id());
      ways.forEach(way -> deliveries.add(delivery(goal, event, way, aside)));
      skipped += ways.isEmpty() ? 1 : 0;
    }
    courier.add(tx, deliveries);
    return Written.of(deliveries.size(), skipped);
  }

  /**
   * One that is owed from now on.
   *
   * @param aside whether the event had deliveries before
   */
  private Owed.New delivery(Goal goal, StoredEvent event, Way way, boolean aside) {
    Spec spec = goal.spec();
    LockedEnds.Receiver receiver = goal.receiver();
    Owed owed =
        new Owed(
            ids.next(),
            goal.job().scope(),
            event,
            way.connectionId(),
            spec.destinationId(),
            Owed.Numbers.of(new Owed.Replay(goal.job().id(), spec.retry(), aside)),
            0,
            way.transform(),
            Owed.Turn.in(Lines.of(receiver.pace(), event, views)));
    return new Owed.New(
        owed,
        goal.ends().begin(way.connectionId(), spec.destinationId()),
        receiver.url(),
        receiver.method());
  }

  private static List<Connection> connections(
      Tx tx, Scope scope, Spec spec, List<StoredEvent> events) {
    if (spec.connectionId() != null) {
      return Connections.find(tx, scope, spec.connectionId()).stream().toList();
    }
    return events.isEmpty()
        ? List.of()
        : Connections.evaluated(
            tx,
            events.stream().map(event -> event.event().sourceId()).distinct().toList(),
            spec.destinationId());
  }

  /**
   * In whose name an event is sent.
   *
   * @param transform the hash of the expression that makes its body; null for the body as it came
   */
  private record Way(String connectionId, @Nullable String transform) {}

  /** An event whose source has no connection goes in the job's name, as it came. */
  private List<Way> ways(Job job, StoredEvent event, List<Connection> connections) {
    List<Connection> own =
        connections.stream()
            .filter(connection -> connection.ends().sourceId().equals(event.event().sourceId()))
            .toList();
    return own.isEmpty()
        ? List.of(new Way(job.id(), null))
        : own.stream()
            .filter(connection -> Match.matches(connection, event, views))
            .map(connection -> new Way(connection.id(), connection.transform().inEffect()))
            .toList();
  }
}
