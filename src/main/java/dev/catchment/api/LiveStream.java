package dev.catchment.api;

import dev.catchment.http.Incoming;
import dev.catchment.http.Outlet;
import dev.catchment.http.StreamListener;
import dev.catchment.json.Json;
import dev.catchment.live.CatchUp;
import dev.catchment.live.ChannelName;
import dev.catchment.live.Live;
import dev.catchment.live.Seat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One client of {@code /v1/events/stream}. */
final class LiveStream implements StreamListener {
  private final Live live;
  private final OpenConnections.Entry entry;
  private final List<ChannelName> events;
  private final List<ChannelName> others;
  private final @Nullable Long resume;
  private @Nullable Seat seat;

  /**
   * @param resume the place in the log after which events are wanted; null from now on
   */
  LiveStream(
      Live live, OpenConnections.Entry entry, List<ChannelName> channels, @Nullable Long resume) {
    this.live = live;
    this.entry = entry;
    this.events = channels.stream().filter(LiveStream::isOfEvents).toList();
    this.others = channels.stream().filter(channel -> !isOfEvents(channel)).toList();
    this.resume = resume;
  }

  private static boolean isOfEvents(ChannelName channel) {
    return channel.kind() == ChannelName.Kind.EVENTS;
  }

  @Override
  public void opened(Outlet outlet) {
    entry.opened(outlet);
    Voice voice = new Voice(outlet);
    Seat made = live.seat(entry.caller().scope(), voice);
    seat = made;
    voice.hold();
    others.forEach(made::subscribe);
    if (resume == null || events.isEmpty()) {
      events.forEach(made::subscribe);
      voice.answer(events.isEmpty() ? null : Long.toString(made.after()), "welcome", welcome(made));
    } else {
      voice.answer(Long.toString(resume), "welcome", welcome(made));
      comeBack(outlet, voice, made, resume);
    }
  }

  private Json welcome(Seat made) {
    return Json.object()
        .put("type", "welcome")
        .put("org_id", made.scope().orgId())
        .put("env_id", made.scope().envId())
        .put(
            "channels",
            Json.texts(
                java.util.stream.Stream.concat(events.stream(), others.stream())
                    .map(ChannelName::text)
                    .toList()))
        .build();
  }

  /** Sends what was missed, and goes on live where that ends. */
  private void comeBack(Outlet outlet, Voice voice, Seat made, long after) {
    long reached = after;
    boolean toldOfGap = false;
    do {
      if (!outlet.awaitRoom()) {
        return;
      }
      CatchUp.Piece piece = live.catchUp().next(made.scope(), events, reached);
      if (!piece.complete() && !toldOfGap) {
        voice.answer(null, "gap", gap(after));
        toldOfGap = true;
      }
      piece.told().forEach(voice::told);
      reached = piece.reached();
    } while (!made.subscribeEventsAfter(events, reached));
  }

  private static Json gap(long after) {
    return Json.object()
        .put("type", "gap")
        .put("after", Long.toString(after))
        .put("error", "Some events after this one are no longer stored")
        .build();
  }

  @Override
  public void message(Incoming message) {
    // Clients of an event stream send nothing.
  }

  @Override
  public void closed() {
    entry.closed();
    Seat mine = seat;
    if (mine != null) {
      mine.close();
    }
  }
}
