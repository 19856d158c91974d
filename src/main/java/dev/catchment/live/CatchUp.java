package dev.catchment.live;

import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Reads the log for somebody who comes back, from where he was, until the live tail is near. */
public final class CatchUp {
  /** Events that are read at once. */
  static final int EVENTS_MAX = 200;

  /** How many may read at once; the others wait their turn after each piece. */
  private static final int AT_ONCE_MAX = 4;

  private final Database database;
  private final EventLog log;
  private final Tellers.OfEvents teller;
  private final Semaphore turns = new Semaphore(AT_ONCE_MAX, true);

  CatchUp(Database database, EventLog log, Tellers.OfEvents teller) {
    this.database = database;
    this.log = log;
    this.teller = teller;
  }

  /**
   * A piece of the log.
   *
   * @param told the events of it on the channels asked for
   * @param reached the place in the log that it ends at
   * @param complete false when events within it are no longer stored
   */
  public record Piece(List<Told> told, long reached, boolean complete) {}

  /**
   * The next piece after a place.
   *
   * @param after a place that this log has not come to, or that is gone, leads to its end
   */
  public Piece next(Scope scope, List<ChannelName> channels, long after) {
    turns.acquireUninterruptibly();
    try {
      long head = database.read(EventLog::head);
      List<StoredEvent> events = after < head ? log.readAfter(after, EVENTS_MAX) : List.of();
      if (events.isEmpty()) {
        return new Piece(List.of(), head, after == head);
      }
      List<StoredEvent> own =
          events.stream().filter(event -> event.event().scope().equals(scope)).toList();
      List<News> news = own.isEmpty() ? List.of() : database.read(tx -> teller.tell(tx, own));
      long reached = events.getLast().position();
      return new Piece(told(news, channels), reached, reached - after == events.size());
    } finally {
      turns.release();
    }
  }

  private static List<Told> told(List<News> all, List<ChannelName> channels) {
    List<Told> told = new ArrayList<>();
    for (News news : all) {
      for (ChannelName channel : channels) {
        if (news.channels().contains(channel.text())) {
          told.add(Audience.told(news, channel.text()));
        }
      }
    }
    return told;
  }
}
