package dev.catchment.outbound;

import dev.catchment.delivery.SendResult.Kind;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong on the network, in words for the owner of the destination.
 *
 * @param sentence without a full stop
 */
record Trouble(Kind kind, String sentence) {
  /** What an exception of the client library means to the caller. */
  static Trouble of(Throwable e, Target target) {
    String where = target.port() < 0 ? target.host() : target.host() + ":" + target.port();
    return switch (e) {
      case ClientProtocolException wrapped when wrapped.getCause() != null ->
          of(wrapped.getCause(), target);
      case TunnelSocket.ProxyException refused ->
          new Trouble(Kind.CONNECT, "The proxy" + reason(refused).replaceFirst(":", ""));
      case BlockedAddressException blocked -> new Trouble(Kind.BLOCKED_ADDRESS, blocked.sentence());
      case UnknownHostException unknown ->
          new Trouble(Kind.DNS, "Could not resolve " + target.host());
      case ConnectTimeoutException timeout ->
          new Trouble(Kind.TIMEOUT, "Could not connect to " + where + ": timed out");
      case ConnectionRequestTimeoutException timeout ->
          new Trouble(Kind.TIMEOUT, "No connection to " + where + " was free in time");
      case InterruptedIOException timeout ->
          new Trouble(Kind.TIMEOUT, "The call to " + where + " timed out");
      case ConnectException refused ->
          new Trouble(Kind.CONNECT, "Could not connect to " + where + refusal(refused));
      case NoRouteToHostException none ->
          new Trouble(Kind.CONNECT, "Could not connect to " + where + reason(none));
      case SSLException tls -> new Trouble(Kind.TLS, "TLS with " + where + " failed" + reason(tls));
      case NoHttpResponseException none ->
          new Trouble(Kind.PROTOCOL, where + " closed the connection without an answer");
      case ConnectionClosedException closed ->
          new Trouble(Kind.PROTOCOL, where + " closed the connection within its answer");
      case SocketException reset ->
          new Trouble(Kind.PROTOCOL, where + " broke the connection" + reason(reset));
      case MessageConstraintException large ->
          new Trouble(Kind.PROTOCOL, where + " sent headers that are too large");
      case HttpException protocol -> notHttp(where);
      case MalformedChunkCodingException protocol -> notHttp(where);
      case ClientProtocolException protocol -> notHttp(where);
      default -> new Trouble(Kind.OTHER, "The call to " + where + " failed" + reason(e));
    };
  }

  private static Trouble notHttp(String where) {
    return new Trouble(Kind.PROTOCOL, where + " sent an answer that is not HTTP");
  }

  /** The library puts the system's own words last, after every address it tried. */
  private static String refusal(ConnectException refused) {
    String message = String.valueOf(refused.getMessage());
    int words = message.lastIndexOf(" failed: ");
    return words < 0 ? "" : ": " + message.substring(words + " failed: ".length());
  }

  private static String reason(@Nullable Throwable cause) {
    return cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
  }
}
