package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.db.Database;
import dev.catchment.http.Request;
import dev.catchment.http.Router;
import dev.catchment.http.StreamListener;
import dev.catchment.live.ChannelName;
import dev.catchment.live.Live;
import dev.catchment.trial.TestSessions;
import java.util.List;

/** {@code /v1/ws/test/{source_id}}: what a test session is sent, as it comes. */
public final class TestSocketHandler {
  private final Live live;
  private final TestDoor door;
  private final TestSockets sockets;

  public TestSocketHandler(Database database, TestDoor door, TestSessions sessions, Live live) {
    this.live = live;
    this.door = door;
    this.sockets = new TestSockets(database, sessions);
  }

  /** Adds the route. */
  public void routes(Router router) {
    router.webSocket("/v1/ws/test/{source_id}", this::open, request -> LiveSocket.MESSAGE_MAX);
  }

  private StreamListener open(Request request) {
    door.checkOn();
    String id = Ids.parse(request.path("source_id")).orElseThrow(() -> Failure.notFound("Session"));
    return new LiveSocket(
        live,
        sockets.admit(id),
        name -> channel(id, name),
        List.of(ChannelName.Kind.EVENTS.word() + ":" + id));
  }

  /** Nothing but the events of the session is to be heard. */
  private static ChannelName channel(String id, String name) {
    ChannelName channel = ChannelName.parse(name);
    if (channel.kind() != ChannelName.Kind.EVENTS) {
      throw Failure.invalid("A test session has the channel events:" + id + " alone");
    }
    if (channel.id() != null && !channel.id().equals(id)) {
      throw Failure.notFound("Source");
    }
    return channel;
  }
}
