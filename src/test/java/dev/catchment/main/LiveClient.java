package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of a node's WebSockets. */
final class LiveClient implements WebSocket.Listener, AutoCloseable {
  private static final long WAIT_SECONDS_MAX = 20;

  private final HttpClient client = HttpClient.newHttpClient();
  private final BlockingQueue<Json.Obj> messages = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> codes = new LinkedBlockingQueue<>();
  private final StringBuilder text = new StringBuilder();
  private final WebSocket socket;

  LiveClient(LiveNode node, String path, String... headers) throws Exception {
    WebSocket.Builder builder = client.newWebSocketBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    socket =
        builder
            .buildAsync(URI.create("ws://127.0.0.1:" + node.port() + path), this)
            .get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
  }

  /** A client that is let in by the key. */
  static LiveClient of(LiveNode node, String channels) throws Exception {
    return new LiveClient(node, "/v1/ws?token=" + LiveNode.KEY + "&channels=" + channels);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      messages.add((Json.Obj) Json.read(text.toString()));
      text.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    codes.add(code);
    return null;
  }

  LiveClient say(String message) throws Exception {
    socket.sendText(message, true).get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    return this;
  }

  /** The next message, which is of that type. */
  Json.Obj next(String type) throws InterruptedException {
    Json.Obj message = next();
    assertThat(message.get("type")).as(message.text()).isEqualTo(Json.of(type));
    return message;
  }

  Json.Obj next() throws InterruptedException {
    Json.Obj message = messages.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("No message came");
    }
    return message;
  }

  int code() throws InterruptedException {
    Integer code = codes.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    return code == null ? -1 : code;
  }

  boolean hasMore() {
    return !messages.isEmpty();
  }

  /** A text inside a message. */
  static String at(Json.Obj message, String... path) {
    return LiveNode.text(message.text().getBytes(StandardCharsets.UTF_8), path);
  }

  @Override
  public void close() {
    socket.abort();
    client.close();
  }
}
