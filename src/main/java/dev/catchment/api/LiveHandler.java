package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.db.Database;
import dev.catchment.http.Request;
import dev.catchment.http.Router;
import dev.catchment.http.StreamListener;
import dev.catchment.live.ChannelName;
import dev.catchment.live.Live;
import dev.catchment.live.Seat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /v1/ws} and {@code /v1/events/stream}: what happens, as it happens. */
public final class LiveHandler {
  private static final Pattern POSITION = Pattern.compile("[0-9]{1,18}");

  private final Live live;
  private final LiveChannels channels;
  private final Gate gate;
  private final OpenConnections connections;

  public LiveHandler(Database database, Gate gate, Live live, OpenConnections connections) {
    this.live = live;
    this.channels = new LiveChannels(database);
    this.gate = gate;
    this.connections = connections;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .webSocket("/v1/ws", this::socket, request -> LiveSocket.MESSAGE_MAX)
        .eventStream("/v1/events/stream", this::stream);
  }

  private StreamListener socket(Request request) {
    OpenConnections.Entry entry = connections.admit(gate, request, "ws");
    return new LiveSocket(
        live, entry, name -> channels.of(entry.caller(), name), names(request).orElse(List.of()));
  }

  private StreamListener stream(Request request) {
    OpenConnections.Entry entry = connections.admit(gate, request, "events");
    List<ChannelName> wanted =
        names(request).orElse(List.of(ChannelName.Kind.EVENTS.word())).stream()
            .map(name -> channels.of(entry.caller(), name))
            .distinct()
            .toList();
    return new LiveStream(live, entry, wanted, resume(request));
  }

  private static Optional<List<String>> names(Request request) {
    Optional<List<String>> names =
        request.query().first("channels").map(LiveChannels::names).filter(some -> !some.isEmpty());
    if (names.isPresent() && names.get().size() > Seat.CHANNELS_MAX) {
      throw Failure.query("channels", "must be at most " + Seat.CHANNELS_MAX + " channels");
    }
    return names;
  }

  private static @Nullable Long resume(Request request) {
    String text =
        request
            .headers()
            .first("Last-Event-ID")
            .or(() -> request.query().first("last_event_id"))
            .map(String::strip)
            .orElse("");
    if (text.isEmpty()) {
      return null;
    }
    if (!POSITION.matcher(text).matches()) {
      throw Failure.query("last_event_id", "must be the id of an event of this stream");
    }
    return Long.parseLong(text);
  }
}
