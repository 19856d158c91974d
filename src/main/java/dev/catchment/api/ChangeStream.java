package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.http.Incoming;
import dev.catchment.http.Outlet;
import dev.catchment.http.StreamListener;
import dev.catchment.json.Json;
import dev.catchment.live.ChangePlace;
import dev.catchment.live.Follower;
import dev.catchment.live.RecordNews;
import dev.catchment.live.RecordTails;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One client that reads the changes of a collection as server-sent events. It is told with the
 * others while it keeps up; one that reads slowly goes on by itself, as fast as it reads, and then
 * finds each record as it is by then.
 */
final class ChangeStream implements StreamListener, Follower {
  /** What stands around a message, besides its cursor. */
  private static final int FRAME_BYTES = 64;

  private static final int GOING_AWAY = 1_001;

  private final RecordTails tails;
  private final OpenConnections.Entry entry;
  private volatile ChangePlace place;
  private volatile boolean closed;
  private volatile @Nullable Outlet outlet;

  ChangeStream(RecordTails tails, OpenConnections.Entry entry, ChangePlace place) {
    this.tails = tails;
    this.entry = entry;
    this.place = place;
  }

  @Override
  public void opened(Outlet opened) {
    outlet = opened;
    entry.opened(opened);
    String cursor = place.text();
    opened.send(cursor, "ready", Json.object().put("cursor", cursor).build().bytes());
    follow(opened);
  }

  /** Sends what there is, as fast as it is read, and then waits with the others. */
  private void follow(Outlet out) {
    Scope scope = entry.caller().scope();
    try {
      RecordTails.Piece piece;
      do {
        piece = tails.next(scope, place, Integer.MAX_VALUE);
        for (RecordNews news : piece.news()) {
          if (!sent(out, news)) {
            return;
          }
        }
        place = piece.reached();
      } while (!closed && (piece.more() || !tails.join(scope, this, place)));
      if (closed) {
        tails.leave(this, place.collectionId());
      }
    } catch (Failure gone) {
      // The client comes back with its cursor, and is then told what is the matter.
      out.close(GOING_AWAY, gone.sentence());
    }
  }

  private static boolean sent(Outlet out, RecordNews news) {
    while (!out.offer(news.cursor(), news.op(), news.json())) {
      if (!out.awaitRoom(news.json().length + news.cursor().length() + FRAME_BYTES)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean told(List<RecordNews> some) {
    Outlet out = outlet;
    if (out == null) {
      return false;
    }
    for (RecordNews news : some) {
      if (news.number() > place.number()) {
        if (!out.offer(news.cursor(), news.op(), news.json())) {
          Thread.ofVirtual().name("catchment-changes").start(() -> follow(out));
          return false;
        }
        place = new ChangePlace(place.collectionId(), news.number(), 0);
      }
    }
    return true;
  }

  @Override
  public void ended() {
    Outlet out = outlet;
    if (out != null) {
      out.close(GOING_AWAY, "Collection not found");
    }
  }

  @Override
  public void message(Incoming message) {
    // Clients of an event stream send nothing.
  }

  @Override
  public void closed() {
    closed = true;
    entry.closed();
    tails.leave(this, place.collectionId());
  }
}
