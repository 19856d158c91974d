package dev.catchment.delivery;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import dev.catchment.log.OldEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Starts new attempts because somebody asked for them: numbered on, with a fresh round of retries.
 * Only the newest attempt of a delivery can be followed by another, and only once: the row that is
 * retried is marked in the same transaction, so of two who ask at once one wins, and a retry that
 * was scheduled anyway is replaced and not made twice. Bodies are made by the transform that the
 * connection has now: people retry because they have mended it.
 */
public final class ManualRetries {
  /** Events whose deliveries one transaction retries. */
  public static final int EVENTS_MAX = 200;

  /** The newest row of a delivery that failed and that no courier has in hand. */
  private static final String RETRYABLE =
      "status = 'failed' AND ((open = 0 AND next_retry_at IS NULL)"
          + " OR (open = 1 AND claimed_by IS NULL))";

  private static final String SELECT =
      """
      SELECT id, event_id, event_position, connection_id, destination_id, replay_id, line, transform,
          status, open
        FROM attempts a
      """;

  private final Ids ids;
  private final List<DeliveryListener> listeners;

  /** Retries that these are told of. */
  public ManualRetries(Ids ids, List<DeliveryListener> listeners) {
    this.ids = ids;
    this.listeners = List.copyOf(listeners);
  }

  /**
   * Which deliveries of an event; null means any.
   *
   * @param dead only those that are dead letters
   */
  public record Wish(
      @Nullable String destinationId,
      @Nullable String connectionId,
      @Nullable String issueId,
      boolean dead) {
    /** All of them. */
    public static final Wish ANY = new Wish(null, null, null, false);

    /** What the attempts {@code a} of such deliveries have in common, added to a condition. */
    public void addTo(Where where) {
      where
          .equal("a.destination_id", destinationId)
          .equal("a.connection_id", connectionId)
          .equal("a.issue_id", issueId);
      if (dead) {
        where.and("a.is_dlq = 1");
      }
    }
  }

  /** A new attempt. */
  public record Started(
      String attemptId, String eventId, String connectionId, String destinationId) {}

  /** A failed delivery that could not be tried again, and why in a sentence. */
  public record Refused(String attemptId, String eventId, String why) {}

  /** What came of a wish; deliveries that need no retry are in neither list. */
  public record Result(List<Started> started, List<Refused> refused) {
    /** How many events have a new attempt. */
    public int eventsStarted() {
      return (int) started.stream().map(Started::eventId).distinct().count();
    }
  }

  /**
   * The newest attempt of a delivery.
   *
   * @param position of its event in the log
   * @param replayId null for a delivery that was routed
   * @param line the line it stands in; null for none
   * @param transformed whether its body was made by a transform
   */
  record Newest(
      String id,
      String eventId,
      long position,
      String connectionId,
      String destinationId,
      @Nullable String replayId,
      @Nullable String line,
      boolean transformed) {
    /** A replay without a connection sends in its own name. */
    boolean needsConnection() {
      return !connectionId.equals(replayId);
    }
  }

  /**
   * Tries the delivery of an attempt again, whichever of its attempts this is.
   *
   * @return the new attempt
   * @throws Failure {@code NOT_FOUND}, and {@code INVALID} when the delivery has succeeded, is
   *     still under way, or has lost its event, its destination or its transform
   */
  public AttemptRow retry(Tx tx, Scope scope, String attemptId) {
    Row.Reader<Newest> ifRetryable =
        row -> {
          if (row.string("status").equals("success")) {
            throw failed("The delivery has succeeded");
          }
          return newest(row);
        };
    Newest newest =
        tx.find(
                SELECT
                    + """
                     WHERE (env_id, event_id, connection_id, COALESCE(replay_id, '')) =
                       (SELECT env_id, event_id, connection_id, COALESCE(replay_id, '')
                          FROM attempts WHERE env_id = ? AND id = ?)
                     ORDER BY attempt_number DESC LIMIT 1
                    """,
                ifRetryable,
                scope.envId(),
                attemptId)
            .orElseThrow(() -> Failure.notFound("Delivery attempt"));
    Result result = start(tx, scope, List.of(newest), true);
    if (!result.refused().isEmpty()) {
      throw failed(result.refused().getFirst().why());
    }
    if (result.started().isEmpty()) {
      throw failed("The delivery is still pending");
    }
    return Attempts.get(tx, scope, result.started().getFirst().attemptId());
  }

  private static Failure failed(String why) {
    return Failure.invalid("Retry failed: " + why);
  }

  /**
   * Tries the failed deliveries of events again.
   *
   * @param eventIds at most {@link #EVENTS_MAX}
   */
  public Result retry(Tx tx, Scope scope, List<String> eventIds, Wish wish) {
    if (eventIds.isEmpty()) {
      return new Result(List.of(), List.of());
    }
    Where where = new Where("env_id = ?", scope.envId()).in("event_id", eventIds).and(RETRYABLE);
    wish.addTo(where);
    List<Newest> failed =
        tx.list(
            SELECT + where.sql() + " ORDER BY event_position, id",
            ManualRetries::newest,
            where.args());
    return start(tx, scope, failed, false);
  }

  /**
   * @param one whether that very delivery is meant, and not whatever else has failed
   */
  private Result start(Tx tx, Scope scope, List<Newest> failed, boolean one) {
    Set<Long> stored = OldEvents.hold(tx, failed.stream().map(Newest::position).toList());
    LockedEnds ends =
        LockedEnds.of(
            tx,
            failed.stream().map(Newest::connectionId).toList(),
            failed.stream().map(Newest::destinationId).toList());
    List<Refused> refused = new ArrayList<>();
    List<Newest> wanted = new ArrayList<>();
    for (Newest newest : failed) {
      String why = obstacle(newest, stored, ends, one);
      if (why == null) {
        wanted.add(newest);
      } else {
        refused.add(new Refused(newest.id(), newest.eventId(), why));
      }
    }
    return new Result(follow(tx, scope, marked(tx, scope, wanted), ends), refused);
  }

  /**
   * Why a delivery cannot be tried again. One whose connection is gone can if it was asked for by
   * itself, straight to its destination: nobody deletes a connection for others to be retried in
   * bulk. A body that the connection made cannot be made again.
   */
  private static @Nullable String obstacle(
      Newest one, Set<Long> stored, LockedEnds ends, boolean meant) {
    LockedEnds.Receiver receiver = ends.receiver(one.destinationId());
    if (!stored.contains(one.position())) {
      return "Event no longer stored";
    }
    if (receiver == null) {
      return "Destination deleted";
    }
    if (receiver.status() == Destination.Status.DISABLED) {
      return "Destination is disabled";
    }
    if (!one.needsConnection() || ends.hasConnection(one.connectionId())) {
      return null;
    }
    if (one.transformed()) {
      return "Connection deleted, and its transform with it";
    }
    return meant ? null : "Connection deleted";
  }

  /** Marks the rows as followed by another; those that somebody else was quicker with are left. */
  private static List<Newest> marked(Tx tx, Scope scope, List<Newest> wanted) {
    int[] counts =
        tx.batch(
            "UPDATE attempts SET is_dlq = 0, open = 0, due_at = NULL, next_retry_at = ?"
                + " WHERE env_id = ? AND id = ? AND "
                + RETRYABLE,
            wanted.stream()
                .map(one -> new @Nullable Object[] {tx.now(), scope.envId(), one.id()})
                .toList());
    List<Newest> marked = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == 1) {
        marked.add(wanted.get(i));
      }
    }
    return marked;
  }

  private List<Started> follow(Tx tx, Scope scope, List<Newest> marked, LockedEnds ends) {
    List<Started> started = new ArrayList<>();
    FollowingAttempts following = new FollowingAttempts(scope, ends, tx.now());
    for (Newest one : marked) {
      String id = ids.next();
      if (following.add(id, one)) {
        started.add(new Started(id, one.eventId(), one.connectionId(), one.destinationId()));
      }
    }
    following.write(tx);
    List<BegunAttempt> begun =
        started.stream().map(one -> new BegunAttempt(one.attemptId(), scope.envId())).toList();
    listeners.forEach(listener -> listener.begun(tx, begun));
    return started;
  }

  private static Newest newest(Row row) {
    return new Newest(
        row.string("id"),
        row.string("event_id"),
        row.number("event_position"),
        row.string("connection_id"),
        row.string("destination_id"),
        row.find("replay_id"),
        row.find("line"),
        row.find("transform") != null);
  }
}
