package dev.catchment.outbound;

import dev.catchment.delivery.Outgoing;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.net.URIAuthority;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** Turns an outgoing request into the client library's own. */
final class Requests {
  private static final Set<String> OF_THE_CONNECTION =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");
  private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");
  private static final String TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";

  private Requests() {}

  /** A request that cannot be sent as it is; the message is safe to show. */
  static final class UnfitRequestException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    UnfitRequestException(String sentence) {
      super(sentence);
    }
  }

  /** Throws {@link UnfitRequestException} for a method or header that is not HTTP. */
  static HttpUriRequestBase of(Outgoing outgoing, Target target, int idleMillisMax) {
    if (!outgoing.method().matches(TOKEN)) {
      throw new UnfitRequestException("The method is not valid");
    }
    HttpUriRequestBase request = new HttpUriRequestBase(outgoing.method(), URI.create("/"));
    request.setScheme(target.scheme());
    request.setAuthority(new URIAuthority(target.host(), target.port()));
    request.setPath(target.path());
    for (Map.Entry<String, String> header : outgoing.headers()) {
      add(request, header.getKey(), header.getValue());
    }
    if (outgoing.body().length > 0 || WITH_BODY.contains(outgoing.method())) {
      request.setEntity(new ByteArrayEntity(outgoing.body(), null));
    }
    request.setConfig(config(outgoing.timeoutMillis(), idleMillisMax));
    return request;
  }

  private static void add(HttpUriRequestBase request, String name, String value) {
    if (!name.matches(TOKEN)) {
      throw new UnfitRequestException("A header's name is not valid");
    }
    if (!value.chars().allMatch(Requests::mayStandInHeader)) {
      throw new UnfitRequestException("Header '" + name + "' holds characters that cannot be sent");
    }
    if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
      request.addHeader(name, value);
    }
  }

  /** What RFC 9110 section 5.5 lets stand in a value; a line break would start another header. */
  private static boolean mayStandInHeader(int character) {
    return character == '\t'
        || (character >= 0x20 && character < 0x7f)
        || (character >= 0xa0 && character <= 0xff);
  }

  private static RequestConfig config(int timeoutMillis, int idleMillisMax) {
    return RequestConfig.custom()
        .setConnectionRequestTimeout(Timeout.ofMilliseconds(timeoutMillis))
        .setConnectionKeepAlive(TimeValue.ofMilliseconds(idleMillisMax))
        .setAuthenticationEnabled(false)
        .setContentCompressionEnabled(false)
        .setExpectContinueEnabled(false)
        .setProtocolUpgradeEnabled(false)
        .setRedirectsEnabled(false)
        .build();
  }
}
