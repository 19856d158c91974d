package dev.catchment.main;

import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which server a command talks to, and as whom. */
final class Remote {
  /** Where a key is looked for that is not among the arguments, which others can see. */
  static final String KEY_VARIABLE = "CATCHMENT_API_KEY";

  @Option(names = "--url", description = "The server (${DEFAULT-VALUE}).")
  URI url = URI.create("http://127.0.0.1:8080");

  @Option(
      names = "--api-key",
      description = "An API key; without it that of the variable " + KEY_VARIABLE + ".")
  @Nullable String apiKey;

  /** The key; empty when there is none. */
  private String key(Map<String, String> environment) {
    return Optional.ofNullable(apiKey).orElse(environment.getOrDefault(KEY_VARIABLE, ""));
  }

  /** What is wrong with the options, null when nothing is. */
  @Nullable String fault(Map<String, String> environment) {
    if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
      return "--url must begin with http:// or https://";
    }
    return key(environment).isEmpty() ? "--api-key or " + KEY_VARIABLE + " is needed" : null;
  }

  /** A request for a part of a collection. */
  HttpRequest.Builder request(
      Map<String, String> environment, String collection, String part, Map<String, String> query) {
    String parameters =
        query.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + encoded(entry.getValue()))
            .collect(Collectors.joining("&"));
    String root = url.toString().replaceFirst("/+$", "");
    String path = "/v1/collections/" + encoded(collection) + "/" + part;
    return HttpRequest.newBuilder(
            URI.create(root + path + (parameters.isEmpty() ? "" : "?" + parameters)))
        .header("X-API-Key", key(environment));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** What to tell a person of a call that did not end: whether anybody answers there at all. */
  String brokenOff(Exception failure) {
    // The client's exception for a refused connection has no message of its own.
    if (failure instanceof ConnectException) {
      return "Nobody answers at " + url;
    }
    String message = failure.getMessage();
    return "Broke off: " + (message == null ? failure.getClass().getSimpleName() : message);
  }
}
