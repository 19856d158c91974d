package dev.catchment.main;

import dev.catchment.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which server a command talks to, as whom, and of which collection. */
final class Remote {
  /** Where a key is looked for that is not among the arguments, which others can see. */
  static final String KEY_VARIABLE = "CATCHMENT_API_KEY";

  @Option(names = "--url", description = "The server (${DEFAULT-VALUE}).")
  private URI url = URI.create("http://127.0.0.1:8080");

  @Option(
      names = "--api-key",
      description = "An API key; without it that of the variable " + KEY_VARIABLE + ".")
  private @Nullable String apiKey;

  @Option(names = "--collection", required = true, description = "Its id or slug.")
  private String collection = "";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  private final Map<String, String> environment;

  Remote(Map<String, String> environment) {
    this.environment = environment;
  }

  /** What a command does there. */
  @FunctionalInterface
  interface Work {
    /**
     * The exit code.
     *
     * @param out for what came of it
     * @param err for what is wrong
     */
    int with(HttpClient client, PrintWriter out, PrintWriter err)
        throws IOException, InterruptedException;
  }

  /** What the server said in place of an answer. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** By the sentence of an answer that is an error. */
    Refused(int status, byte[] body) {
      super(sentence(status, body), null, false, false);
    }

    private static String sentence(int status, byte[] body) {
      return Json.parse(body).orElse(Json.nil()) instanceof Json.Obj object
              && object.get("error") instanceof Json.Str text
          ? text.value()
          : "The server answered " + status;
    }
  }

  /**
   * Does it, and tells the person why when it cannot be done.
   *
   * @param fault what is wrong with the command's own options; null when nothing is
   * @param brokenOff what the person should know when the call did not end
   * @return the exit code: 1 when it was refused or broke off
   * @throws ParameterException for wrong options
   */
  int run(@Nullable String fault, Supplier<String> brokenOff, Work work)
      throws InterruptedException {
    if (command == null) {
      throw new IllegalStateException("Not run by a command line");
    }
    CommandLine line = command.commandLine();
    String wrong = fault == null ? fault() : fault;
    if (wrong != null) {
      throw new ParameterException(line, wrong);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return work.with(client, line.getOut(), line.getErr());
    } catch (Refused e) {
      line.getErr().println(e.getMessage());
      return 1;
    } catch (IOException | UncheckedIOException e) {
      line.getErr().println(why(e) + brokenOff.get());
      return 1;
    } finally {
      line.getOut().flush();
      line.getErr().flush();
    }
  }

  /** The key; empty when there is none. */
  private String key() {
    return Optional.ofNullable(apiKey).orElse(environment.getOrDefault(KEY_VARIABLE, ""));
  }

  private @Nullable String fault() {
    if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
      return "--url must begin with http:// or https://";
    }
    if (url.getHost() == null) {
      return "--url must name a host";
    }
    return key().isEmpty() ? "--api-key or " + KEY_VARIABLE + " is needed" : null;
  }

  /** The collection's id or slug, as it was given. */
  String collection() {
    return collection;
  }

  /** A request for a part of the collection. */
  HttpRequest.Builder request(String part, Map<String, String> query) {
    String parameters =
        query.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + encoded(entry.getValue()))
            .collect(Collectors.joining("&"));
    String root = url.toString().replaceFirst("/+$", "");
    String path = "/v1/collections/" + encoded(collection) + "/" + part;
    return HttpRequest.newBuilder(
            URI.create(root + path + (parameters.isEmpty() ? "" : "?" + parameters)))
        .header("X-API-Key", key());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Why a call did not end: whether anybody answers there at all. */
  private String why(Exception failure) {
    // The client's exception for a refused connection has no message of its own.
    if (failure instanceof ConnectException) {
      return "Nobody answers at " + url;
    }
    String message = failure.getMessage();
    return "Broke off: " + (message == null ? failure.getClass().getSimpleName() : message);
  }
}
