package dev.catchment.live;

import dev.catchment.base.Scope;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.log.EventLog;
import dev.catchment.worker.Step;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Tells those who are connected what happens, on whichever node it does. Events come from the log;
 * other changes are named by the transaction that makes them, in a notice of its commit, and only
 * while somebody wants them. At most once: what is lost on the way is not told.
 */
public final class Live implements Step {
  private final Audience audience = new Audience();
  private final Watch watch;
  private final EventTail tail;
  private final Changes changes;
  private final CatchUp catchUp;
  private final RecordTails records;
  private volatile Runnable wake = () -> {};

  /** The live side of one node. */
  public Live(Database database, EventLog log, Tellers tellers) {
    this.watch = new Watch(database);
    this.tail = new EventTail(database, log, tellers.events(), audience);
    this.changes = new Changes(database, tellers, audience, watch);
    this.catchUp = new CatchUp(database, log, tellers.events());
    this.records = new RecordTails(database, tellers.records());
    database.listen(
        Channel.LOG,
        any -> {
          if (audience.wantsEvents()) {
            wake.run();
          }
        });
    database.listen(Channel.LIVE, this::heard);
    database.listen(Channel.CUT_OFF, this::cutOff);
  }

  /** Whom to wake when there is something to tell. */
  public void wakes(Runnable loop) {
    this.wake = loop;
    records.wakes(loop);
  }

  /** A place for somebody who has connected. */
  public Seat seat(Scope scope, Subscriber subscriber) {
    return new Seat(this, scope, subscriber);
  }

  /** Whether somebody, here or on another node, wants to hear of any change at all. */
  public boolean isAnythingWanted() {
    return watch.isAnythingWanted();
  }

  /** Whether somebody, here or on another node, wants to hear of changes of that kind. */
  public boolean isWanted(Tellers.Change kind, String of) {
    return watch.isWanted(kind, of);
  }

  /**
   * Tells of a change after the commit of the transaction that makes it, if somebody wants to hear
   * of it.
   *
   * @param of the environment, for records with the collection
   * @param marks what changed, as {@link Tellers.Change} says
   */
  public void changed(Tx tx, Tellers.Change kind, String of, List<String> marks) {
    if (!marks.isEmpty() && watch.isWanted(kind, of)) {
      LiveNotice.changed(kind, of, marks).forEach(notice -> tx.notify(Channel.LIVE, notice));
    }
  }

  /** Deletions are rare, so they name what they end whether somebody wants to hear of it or not. */
  private void cutOff(String subject) {
    List<String> parts = Arrays.asList(subject.split(" ", -1));
    List<String> marks =
        parts.stream()
            .skip(1)
            .limit(Changes.MARKS_MAX)
            .map(id -> LiveDeliveries.ENDED + id)
            .toList();
    if (!marks.isEmpty()
        && changes.heard(
            new LiveNotice.Changed(Tellers.Change.DELIVERIES, parts.getFirst(), marks))) {
      wake.run();
    }
  }

  private void heard(String subject) {
    boolean stir =
        switch (LiveNotice.parse(subject).orElse(null)) {
          case null -> false;
          case LiveNotice.Changed changed -> changes.heard(changed);
          case LiveNotice.Wanted wanted -> {
            // From this node too, which then goes on naming changes for a while after its last
            // subscriber has gone.
            watch.heard(wanted.names());
            yield false;
          }
          case LiveNotice.Ask ask -> {
            watch.asked();
            yield true;
          }
          case LiveNotice.Lost lost -> {
            watch.lost();
            yield true;
          }
        };
    if (stir) {
      wake.run();
    }
  }

  @Override
  public Next step() {
    long again = watch.speak();
    boolean more = changes.step();
    more |= tail.step();
    more |= records.step();
    if (more) {
      return Step.again();
    }
    return again == 0 ? Step.whenWoken() : Step.at(again);
  }

  /** A piece of the log for somebody who comes back. */
  public CatchUp catchUp() {
    return catchUp;
  }

  /** Those who follow the records of collections. */
  public RecordTails records() {
    return records;
  }

  void join(Seat seat, ChannelName channel) {
    audience.add(seat, channel);
    wantedBy(seat, channel).ifPresent(watch::add);
    wake.run();
  }

  long joinEvents(Seat seat, List<ChannelName> channels) {
    return tail.join(() -> channels.forEach(channel -> audience.add(seat, channel)));
  }

  boolean joinEventsAfter(Seat seat, List<ChannelName> channels, long position, Runnable placed) {
    boolean joined =
        tail.joinAfter(
            position,
            () -> {
              placed.run();
              channels.forEach(channel -> audience.add(seat, channel));
            });
    if (joined) {
      wake.run();
    }
    return joined;
  }

  void leave(Seat seat, ChannelName channel) {
    audience.remove(seat, channel);
    wantedBy(seat, channel).ifPresent(watch::remove);
  }

  private static Optional<String> wantedBy(Seat seat, ChannelName channel) {
    return switch (channel.kind()) {
      case DELIVERIES -> Optional.of(Watch.name(Tellers.Change.DELIVERIES, seat.envId()));
      case ISSUES -> Optional.of(Watch.name(Tellers.Change.ISSUES, seat.envId()));
      case COLLECTION ->
          Optional.of(
              Watch.name(
                  Tellers.Change.RECORDS,
                  LiveRecords.of(seat.envId(), String.valueOf(channel.id()))));
      case EVENTS, CUSTOM -> Optional.empty();
    };
  }
}
