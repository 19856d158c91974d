package dev.catchment.bench;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where the generator sends.
 *
 * @param host the value of the {@code Host} header
 * @param path the path with its leading slash
 * @param secret by which bodies are signed; null for none
 */
record Aim(InetSocketAddress address, String host, String path, @Nullable String secret) {
  /** A path on a server that speaks plain HTTP. */
  static Aim at(URI server, String path) {
    int port = server.getPort() < 0 ? 80 : server.getPort();
    return new Aim(
        new InetSocketAddress(server.getHost(), port), server.getHost() + ":" + port, path, null);
  }

  /** The same with every body signed. */
  Aim signed(String by) {
    return new Aim(address, host, path, by);
  }

  /** The head of a POST of a JSON body of that size. */
  byte[] head(int length) {
    return ("POST "
            + path
            + " HTTP/1.1\r\nHost: "
            + host
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + length
            + (secret == null ? "" : "\r\nX-Signature: " + Signer.PLACE)
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
