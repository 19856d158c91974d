package dev.catchment.outbound;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Secret;
import dev.catchment.delivery.Outgoing;
import dev.catchment.delivery.SendResult;
import dev.catchment.testkit.Identity;
import dev.catchment.testkit.Receiver;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class ProxyTest {
  private final Receiver receiver = Receiver.start();
  private final ConcurrentLinkedQueue<String> lookUps = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() {
    receiver.close();
  }

  @Test
  void theProxyIsAskedForATunnelToTheCheckedAddress() {
    try (TunnelProxy proxy = TunnelProxy.start("");
        HttpSender sender = sender(proxy, "", true)) {
      for (int i = 0; i < 3; i++) {
        assertThat(status(send(sender, "http://receiver.test:" + receiver.port() + "/x", null)))
            .isEqualTo(200);
      }
      assertThat(proxy.asked())
          .containsExactly(
              "CONNECT 127.0.0.1:" + receiver.port() + " HTTP/1.1",
              "Host: 127.0.0.1:" + receiver.port());
      assertThat(lookUps).containsExactly("receiver.test");
      assertThat(receiver.requests().getFirst().header("host"))
          .isEqualTo("receiver.test:" + receiver.port());
    }
  }

  @Test
  void tlsGoesThroughTheTunnelToTheNamedHost(@TempDir Path folder) throws Exception {
    Identity identity = Identity.make(folder, "server", "EC");
    try (Receiver secure = Receiver.startTls(identity.server(identity), false);
        TunnelProxy proxy = TunnelProxy.start("");
        HttpSender sender = sender(proxy, "user:pass", true)) {
      Outgoing.Tls tls = new Outgoing.Tls(identity.certificatePem(), null, null, false);
      String url = "https://localhost:" + secure.port() + "/x";
      assertThat(status(send(sender, url, tls))).isEqualTo(200);
      assertThat(proxy.asked()).contains("Proxy-Authorization: Basic dXNlcjpwYXNz");
      assertThat(secure.requests().getFirst().header("proxy-authorization")).isEmpty();
      String other = "https://receiver.test:" + secure.port() + "/x";
      assertThat(send(sender, other, tls))
          .as("the certificate is of another host")
          .isInstanceOf(SendResult.Unanswered.class);
    }
  }

  @Test
  void aForbiddenAddressIsRefusedBeforeTheProxyHearsOfIt() {
    try (TunnelProxy proxy = TunnelProxy.start("");
        HttpSender sender = sender(proxy, "", false)) {
      for (String host : List.of("receiver.test", "127.0.0.1", "[::1]", "0x7f.1")) {
        SendResult result = send(sender, "http://" + host + ":" + receiver.port() + "/", null);
        assertThat(result)
            .isInstanceOfSatisfying(
                SendResult.Unanswered.class,
                refused -> assertThat(refused.kind()).isEqualTo(SendResult.Kind.BLOCKED_ADDRESS));
      }
      assertThat(proxy.asked()).isEmpty();
      assertThat(receiver.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        "HTTP/1.1 403 No\r\n\r\n",
        "hello\r\n\r\n"
      })
  void aProxyThatRefusesIsNamed(String refusal) {
    try (TunnelProxy proxy = TunnelProxy.start(refusal);
        HttpSender sender = sender(proxy, "", true)) {
      assertThat(send(sender, receiver.url("/"), null))
          .isInstanceOfSatisfying(
              SendResult.Unanswered.class,
              failed ->
                  assertThat(failed.sentence())
                      .isEqualTo(
                          refusal.startsWith("HTTP")
                              ? "The proxy answered " + refusal.substring(9, 12)
                              : "The proxy did not answer in HTTP"));
    }
  }

  @Test
  void aUrlOfAProxyIsHttpWithAPort() {
    assertThat(Proxy.parse("http://proxy.test:3128"))
        .isEqualTo(Optional.of(new Proxy("proxy.test", 3128, new Secret(""))));
    assertThat(Proxy.parse("http://a:b@[::1]:8080/").orElseThrow().host()).isEqualTo("::1");
    for (String url :
        List.of(
            "https://p:1", "http://p", "p:1", "http://p:1/x", "http://p:70000", "socks5://p:1")) {
      assertThat(Proxy.parse(url)).as(url).isEmpty();
    }
  }

  private HttpSender sender(TunnelProxy proxy, String user, boolean allowPrivate) {
    Proxy settings =
        Proxy.parse("http://" + (user.isEmpty() ? "" : user + "@") + "127.0.0.1:" + proxy.port())
            .orElseThrow();
    return new HttpSender(
        new AddressGuard(allowPrivate, List.of(), this::loopback),
        HttpSenderSettings.standard().through(settings),
        System::nanoTime);
  }

  private InetAddress[] loopback(String host) {
    lookUps.add(host);
    return new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
  }

  private static SendResult send(HttpSender sender, String url, Outgoing.@Nullable Tls tls) {
    return sender.send(
        new Outgoing("POST", url, List.of(), "{}".getBytes(UTF_8), 10_000, 1_000, tls));
  }

  private static int status(SendResult result) {
    return result instanceof SendResult.Answered answered ? answered.status() : -1;
  }
}
