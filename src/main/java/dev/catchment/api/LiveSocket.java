package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.http.Incoming;
import dev.catchment.http.Outlet;
import dev.catchment.http.StreamListener;
import dev.catchment.json.Json;
import dev.catchment.live.ChannelName;
import dev.catchment.live.Live;
import dev.catchment.live.Seat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One client of {@code /v1/ws} or {@code /v1/ws/test}. */
final class LiveSocket implements StreamListener {
  /** The largest message a client may send, in bytes. */
  static final int MESSAGE_MAX = 64 << 10;

  private static final int TOO_BIG = 1_009;

  private final Live live;
  private final Connected entry;
  private final Function<String, ChannelName> channels;
  private final List<String> wanted;
  private @Nullable Seat seat;
  private @Nullable Voice voice;
  private @Nullable Outlet outlet;

  /**
   * @param channels the channel of a name; throws for one that it may not hear
   * @param wanted the names of the channels to subscribe to at once
   */
  LiveSocket(
      Live live, Connected entry, Function<String, ChannelName> channels, List<String> wanted) {
    this.live = live;
    this.entry = entry;
    this.channels = channels;
    this.wanted = wanted;
  }

  @Override
  public void opened(Outlet opened) {
    outlet = opened;
    entry.opened(opened);
    Voice own = new Voice(opened);
    voice = own;
    Seat made = live.seat(entry.scope(), own);
    seat = made;
    own.hold();
    List<Json> errors = new ArrayList<>();
    for (String name : wanted) {
      try {
        made.subscribe(channels.apply(name));
      } catch (Failure e) {
        errors.add(error(e.sentence(), name));
      }
    }
    own.answer(null, "welcome", welcome(made));
    errors.forEach(error -> own.answer(null, "error", error));
  }

  /** The first message of a stream. */
  static Json welcome(Seat seat) {
    return Json.object()
        .put("type", "welcome")
        .put("org_id", seat.scope().orgId())
        .put("env_id", seat.scope().envId())
        .put("channels", Json.texts(seat.channels()))
        .build();
  }

  @Override
  public void message(Incoming message) {
    Voice own = voice;
    Seat mine = seat;
    Outlet out = outlet;
    if (own == null || mine == null || out == null) {
      return;
    }
    if (!message.isWhole()) {
      out.close(TOO_BIG, "Messages must be at most " + MESSAGE_MAX + " bytes");
      return;
    }
    Optional<Json> parsed = Json.parse(message.body());
    if (parsed.isPresent() && parsed.get() instanceof Json.Obj object) {
      String name = object.textOf("channel");
      try {
        answer(own, mine, object, name);
      } catch (Failure e) {
        own.answer(null, "error", error(e.sentence(), name));
      }
    } else {
      own.answer(null, "error", error("A message must be a JSON object", null));
    }
  }

  private void answer(Voice own, Seat mine, Json.Obj message, @Nullable String name) {
    String type = message.textOf("type", "");
    switch (type) {
      case "ping" -> own.answer(null, "pong", Json.object().put("type", "pong").build());
      case "subscribe" -> {
        ChannelName channel = channels.apply(required(name));
        own.hold();
        mine.subscribe(channel);
        own.answer(null, "subscribed", about("subscribed", channel));
      }
      case "unsubscribe" -> {
        ChannelName channel = ChannelName.parse(required(name));
        mine.unsubscribe(channel);
        own.answer(null, "unsubscribed", about("unsubscribed", channel));
      }
      default -> throw Failure.invalid("'type' must be subscribe, unsubscribe or ping");
    }
  }

  private static String required(@Nullable String name) {
    if (name == null) {
      throw Failure.invalid("'channel' is required");
    }
    return name;
  }

  private static Json about(String type, ChannelName channel) {
    return Json.object().put("type", type).put("channel", channel.text()).build();
  }

  private static Json error(String sentence, @Nullable String name) {
    return Json.object().put("type", "error").put("error", sentence).put("channel", name).build();
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
