package dev.catchment.delivery;

import dev.catchment.base.Times;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns a delivery into the request that is sent: its body and content type, the product's headers,
 * authentication, the destination's own headers, signature. Pure.
 */
public final class HttpRequests {
  /** Never forwarded: they belong to the connection or to the sender's own trust. */
  private static final Set<String> NOT_FORWARDED =
      Set.of(
          "host",
          "content-length",
          "content-type",
          "content-encoding",
          "transfer-encoding",
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authorization",
          "proxy-authenticate",
          "te",
          "trailer",
          "upgrade",
          "expect",
          "authorization",
          "cookie",
          "user-agent");

  private final String headerPrefix;
  private final String userAgent;

  /** Requests whose own headers start with the prefix, such as {@code X-hookstream-}. */
  public HttpRequests(String headerPrefix, String userAgent) {
    this.headerPrefix = headerPrefix;
    this.userAgent = userAgent;
  }

  String userAgent() {
    return userAgent;
  }

  /** The request of an attempt at a time in milliseconds since 1970. */
  Outgoing request(Destination destination, Owed owed, Payload payload, long now) {
    Destination.Target target = destination.target();
    Event event = owed.event().event();
    // Keyed without regard to case, so that what comes later replaces what came before.
    Map<String, Map.Entry<String, String>> headers = new LinkedHashMap<>();
    Map<String, String> received = receivedHeaders(target, owed);
    forwarded(target, received).forEach((name, value) -> put(headers, name, value));
    byte[] body = payload instanceof Payload.Made made ? made.json() : event.body();
    boolean made = payload instanceof Payload.Made;
    put(
        headers,
        "Content-Type",
        made || event.request().contentType() == null
            ? "application/json"
            : event.request().contentType());
    String encoding = made ? null : received.get("content-encoding");
    if (encoding != null) {
      put(headers, "Content-Encoding", encoding);
    }
    put(headers, headerPrefix + "Event-Id", event.id());
    put(headers, headerPrefix + "Delivery-Attempt", Integer.toString(owed.numbers().attempt()));
    put(headers, headerPrefix + "Timestamp", Times.format(now));
    put(headers, "User-Agent", userAgent);
    String url = authenticated(target, headers);
    if (target.headers() != null) {
      target
          .headers()
          .members()
          .forEach((name, value) -> put(headers, name, ((Json.Str) value).value()));
    }
    if (target.signingConfig() != null) {
      Signature.headers(target.signingConfig(), headerPrefix, event.id(), now / 1_000, body)
          .forEach(header -> put(headers, header.getKey(), header.getValue()));
    }
    return new Outgoing(
        target.method(),
        url,
        new ArrayList<>(headers.values()),
        body,
        target.timeoutMillis(),
        Outgoing.RESPONSE_BYTES_MAX,
        target.providerConfig() == null ? null : tls(target.providerConfig()));
  }

  /** The member {@code tls} of a destination's {@code provider_config}; null without one. */
  public static Outgoing.@Nullable Tls tls(Json.Obj providerConfig) {
    return providerConfig.get("tls") instanceof Json.Obj tls
        ? new Outgoing.Tls(
            tls.textOf("ca_pem"),
            tls.textOf("client_cert_pem"),
            tls.textOf("client_key_pem"),
            tls.get("insecure_skip_verify") instanceof Json.Bool skip && skip.value())
        : null;
  }

  private static void put(
      Map<String, Map.Entry<String, String>> headers, String name, String value) {
    headers.put(name.toLowerCase(Locale.ROOT), Map.entry(name, value));
  }

  /** Parsing them costs more than sending, so it is only done for who needs them. */
  private static Map<String, String> receivedHeaders(Destination.Target target, Owed owed) {
    return target.providerConfig() == null
            && !owed.event().event().request().headersJson().contains("\"content-encoding\"")
        ? Map.of()
        : owed.event().head().headers();
  }

  private static Map<String, String> forwarded(
      Destination.Target target, Map<String, String> received) {
    if (target.providerConfig() == null) {
      return Map.of();
    }
    Map<String, String> forwarded = new LinkedHashMap<>();
    Json wanted = target.providerConfig().get("forward_headers");
    received.forEach((name, value) -> {
      boolean chosen =
          switch (wanted) {
            case Json.Bool all -> all.value();
            case Json.Arr names ->
                names.items().stream()
                    .anyMatch(item -> ((Json.Str) item).value().equalsIgnoreCase(name));
            case null, default -> false;
          };
      if (chosen && !NOT_FORWARDED.contains(name)) {
        forwarded.put(name, value);
      }
    });
    return forwarded;
  }

  /** Adds the credentials of the destination and gives the URL, which may carry them. */
  private static String authenticated(
      Destination.Target target, Map<String, Map.Entry<String, String>> headers) {
    Json.Obj config = target.authConfig();
    if (config == null) {
      return target.url();
    }
    switch (target.authType()) {
      case "bearer" -> put(headers, "Authorization", "Bearer " + config.textOf("token", ""));
      case "basic" -> {
        String login = config.textOf("username", "") + ":" + config.textOf("password", "");
        put(
            headers,
            "Authorization",
            "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
      }
      case "api_key" -> {
        String name = config.textOf("name", "X-API-Key");
        String value = config.textOf("value", "");
        if (config.textOf("in", "header").equals("query")) {
          return withQuery(target.url(), encode(name) + "=" + encode(value));
        }
        put(headers, name, value);
      }
      default -> {}
    }
    return target.url();
  }

  private static String withQuery(String url, String pair) {
    int fragment = url.indexOf('#');
    String sent = fragment < 0 ? url : url.substring(0, fragment);
    return sent + (sent.contains("?") ? "&" : "?") + pair;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** The headers as JSON text with the values of credentials masked. */
  static String masked(Outgoing request, Destination.Target target) {
    Json.ObjBuilder shown = Json.object();
    String keyName =
        target.authType().equals("api_key") && target.authConfig() != null
            ? target.authConfig().textOf("name", "X-API-Key")
            : "";
    for (Map.Entry<String, String> header : request.headers()) {
      shown.put(
          header.getKey(),
          header.getKey().equalsIgnoreCase(keyName) || isCredential(header.getKey())
              ? "****"
              : header.getValue());
    }
    return shown.build().text();
  }

  /** Whether a header of that name holds a credential by its name. */
  public static boolean isCredential(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.equals("authorization")
        || lower.equals("cookie")
        || lower.contains("secret")
        || lower.contains("token")
        || lower.contains("key");
  }
}
