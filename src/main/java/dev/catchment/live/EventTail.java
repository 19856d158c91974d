package dev.catchment.live;

import dev.catchment.db.Database;
import dev.catchment.log.EventLog;
import dev.catchment.log.StoredEvent;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Follows the end of the log while somebody wants events, and tells them in their order. It keeps
 * no cursor in the store: it begins at the head when the first subscriber comes, and forgets its
 * place when the last has gone.
 */
final class EventTail {
  /** Events that are read at once. */
  static final int EVENTS_MAX = 200;

  private static final long NOWHERE = -1;

  private final Database database;
  private final EventLog log;
  private final Tellers.OfEvents teller;
  private final Audience audience;
  private final ReentrantLock lock = new ReentrantLock();
  private long reached = NOWHERE;

  EventTail(Database database, EventLog log, Tellers.OfEvents teller, Audience audience) {
    this.database = database;
    this.log = log;
    this.teller = teller;
    this.audience = audience;
  }

  /** Adds subscriptions; gives the place after which they are told events. */
  long join(Runnable subscribe) {
    lock.lock();
    try {
      if (reached == NOWHERE) {
        reached = database.read(EventLog::head);
      }
      subscribe.run();
      return reached;
    } finally {
      lock.unlock();
    }
  }

  /** The same for somebody who has everything up to a place; false when it is too far behind. */
  boolean joinAfter(long position, Runnable subscribe) {
    lock.lock();
    try {
      if (reached == NOWHERE) {
        reached = position;
      }
      if (reached > position) {
        return false;
      }
      subscribe.run();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Tells one batch; false when there is nothing more for now. */
  boolean step() {
    long from = place();
    if (from == NOWHERE) {
      return false;
    }
    List<StoredEvent> events = log.readAfter(from, EVENTS_MAX);
    if (events.isEmpty()) {
      return false;
    }
    List<StoredEvent> wanted = wanted(events);
    List<News> news = wanted.isEmpty() ? List.of() : database.read(tx -> teller.tell(tx, wanted));
    lock.lock();
    try {
      // Somebody may have come meanwhile who wants events of this very batch that were left out:
      // then it is read again.
      if (reached == from && wanted(events).equals(wanted)) {
        audience.tell(news);
        reached = events.getLast().position();
      }
    } finally {
      lock.unlock();
    }
    return true;
  }

  private List<StoredEvent> wanted(List<StoredEvent> events) {
    return events.stream()
        .filter(event -> audience.wantsEvents(event.event().scope().envId()))
        .toList();
  }

  private long place() {
    lock.lock();
    try {
      if (!audience.wantsEvents()) {
        reached = NOWHERE;
      }
      return reached;
    } finally {
      lock.unlock();
    }
  }
}
