package dev.catchment.api;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.http.Incoming;
import dev.catchment.http.Outlet;
import dev.catchment.http.StreamListener;
import dev.catchment.live.ChangePlace;
import dev.catchment.live.Follower;
import dev.catchment.live.RecordNews;
import dev.catchment.live.RecordTails;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One request for the changes of a collection that waits for the first of them. */
final class ChangePoll implements StreamListener, Follower {
  /** Pieces that are read while all of them hold nothing to tell. */
  private static final int PIECES_MAX = 20;

  private final RecordTails tails;
  private final OpenConnections.Entry entry;
  private final RecordTails.Piece first;
  private final int limit;
  private final long waitMillis;
  private final CountDownLatch answered = new CountDownLatch(1);
  private volatile ChangePlace place;
  private volatile @Nullable Outlet outlet;

  /**
   * @param first what follows the cursor
   * @param limit changes at most
   */
  ChangePoll(
      RecordTails tails,
      OpenConnections.Entry entry,
      RecordTails.Piece first,
      int limit,
      long waitMillis) {
    this.tails = tails;
    this.entry = entry;
    this.first = first;
    this.limit = limit;
    this.waitMillis = waitMillis;
    this.place = first.reached();
  }

  @Override
  public void opened(Outlet opened) {
    outlet = opened;
    entry.opened(opened);
    Scope scope = entry.caller().scope();
    try {
      RecordTails.Piece piece = first;
      for (int pieces = 1; piece.news().isEmpty(); pieces++) {
        boolean waits = !piece.more() && waitMillis > 0;
        if (pieces == PIECES_MAX || (!piece.more() && !waits)) {
          break;
        }
        if (waits && tails.join(scope, this, place)) {
          await();
          return;
        }
        piece = tails.next(scope, place, limit);
        place = piece.reached();
      }
      answer(piece.news(), piece.more(), place.text());
    } catch (Failure gone) {
      // The next request with the same cursor is told what is the matter.
      answer(List.of(), false, place.text());
    }
  }

  private void await() {
    try {
      if (!answered.await(waitMillis, TimeUnit.MILLISECONDS)) {
        answer(List.of(), false, place.text());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      tails.leave(this, place.collectionId());
    }
  }

  @Override
  public boolean told(List<RecordNews> some) {
    List<RecordNews> following =
        some.stream().filter(news -> news.number() > place.number()).toList();
    if (following.isEmpty()) {
      return true;
    }
    List<RecordNews> page = following.subList(0, Math.min(limit, following.size()));
    answer(page, following.size() > page.size(), page.getLast().cursor());
    answered.countDown();
    return false;
  }

  @Override
  public void ended() {
    // The next request is told that the collection is gone.
    answer(List.of(), false, place.text());
    answered.countDown();
  }

  /** The first answer counts; the messages stand in it as they were worded for everyone. */
  private void answer(List<RecordNews> page, boolean more, String cursor) {
    Outlet out = outlet;
    if (out == null) {
      return;
    }
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    json.writeBytes("{\"changes\":[".getBytes(US_ASCII));
    for (int i = 0; i < page.size(); i++) {
      if (i > 0) {
        json.write(',');
      }
      json.writeBytes(page.get(i).json());
    }
    json.writeBytes(
        ("],\"has_more\":" + more + ",\"next_cursor\":\"" + cursor + "\"}").getBytes(US_ASCII));
    out.send(null, "changes", json.toByteArray());
  }

  @Override
  public void message(Incoming message) {
    // Clients that wait for an answer send nothing.
  }

  @Override
  public void closed() {
    entry.closed();
    tails.leave(this, place.collectionId());
  }
}
