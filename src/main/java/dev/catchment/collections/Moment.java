package dev.catchment.collections;

import dev.catchment.base.Failure;
import dev.catchment.base.Times;
import dev.catchment.db.Tx;
import dev.catchment.log.EventLog;
import dev.catchment.log.LogEdge;
import java.util.OptionalLong;

/**
 * A place in the log up to which events count, as far back as the collection can be told.
 *
 * @param position events up to here count
 * @param edge what is gone of its source's events
 */
public record Moment(long position, LogEdge edge) {
  /** The first thing that is known of a collection. */
  private record Beginning(long position, long at) {}

  /**
   * The moment of a time: of the events that were received up to then the newest is the last that
   * counts. A time that is yet to come is now.
   *
   * @param epochMillis up to the year 10,000
   * @throws Failure {@code GONE} when that is too long ago, with the oldest time there is
   */
  public static Moment at(Tx tx, CollectionRow collection, long epochMillis) {
    LogEdge edge = LogEdge.of(tx, collection.identity().sourceId());
    Beginning beginning = beginning(tx, collection);
    long position = EventLog.positionAt(tx, collection.identity().sourceId(), epochMillis);
    position =
        epochMillis < beginning.at()
            ? Math.min(position, beginning.position() - 1)
            : Math.max(position, beginning.position());
    if (epochMillis >= edge.receivedAt()) {
      position = Math.max(position, edge.position());
    }
    return checked(collection, position, edge, beginning);
  }

  /**
   * The moment after an event of the log.
   *
   * @param position a place in the log; one that is yet to come is now
   * @throws Failure as {@link #at}
   */
  public static Moment after(Tx tx, CollectionRow collection, long position) {
    return checked(
        collection,
        position,
        LogEdge.of(tx, collection.identity().sourceId()),
        beginning(tx, collection));
  }

  private static Moment checked(
      CollectionRow collection, long position, LogEdge edge, Beginning beginning) {
    if (position < edge.position()) {
      throw gone("Events of that time are no longer stored", edge.receivedAt(), edge.position());
    }
    if (position < beginning.position()) {
      throw gone(
          "The collection did not follow its source then", beginning.at(), beginning.position());
    }
    return new Moment(Math.min(position, Math.max(collection.progress().reached(), 0)), edge);
  }

  private static Failure gone(String what, long at, long position) {
    return new Failure(
        Failure.Code.GONE,
        what + ": the oldest possible time is " + Times.format(at) + ", log position " + position,
        null);
  }

  /** A backfill brings events from before the collection was made. */
  private static Beginning beginning(Tx tx, CollectionRow collection) {
    Beginning made =
        new Beginning(collection.progress().startPosition(), collection.times().createdAt());
    OptionalLong first = RecordEvents.first(tx, collection.table().generation());
    long before = first.isPresent() ? first.getAsLong() - 1 : Long.MAX_VALUE;
    return before >= made.position()
        ? made
        : new Beginning(
            before,
            EventLog.at(tx, before + 1)
                .map(event -> Math.min(made.at(), event.event().receivedAt()))
                .orElse(made.at()));
  }
}
