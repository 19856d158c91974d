package dev.catchment.bench;

import dev.catchment.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * Asks one question after another over one connection and times the answers, from the call to the
 * last byte of the body.
 */
final class Asker implements AutoCloseable {
  private static final Duration ANSWER_MAX = Duration.ofMinutes(2);
  private static final int BUFFER_BYTES = 1 << 16;

  private final URI url;
  private final String apiKey;
  private final LongSupplier ticks;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * @param ticks nanoseconds from any origin
   */
  Asker(URI url, String apiKey, LongSupplier ticks) {
    this.url = url;
    this.apiKey = apiKey;
    this.ticks = ticks;
  }

  /** What is asked: a path with its query, and the entity tag the asker already has, or none. */
  record Question(String path, String tag) {
    static Question of(String path) {
      return new Question(path, "");
    }
  }

  /**
   * Asks that many questions, after as many that are not counted: until java has compiled what asks
   * and what answers, both take a multiple of their time.
   *
   * @param status what each must answer
   * @return in microseconds
   */
  Histogram time(int count, int status, IntFunction<Question> question) {
    Histogram latencies = new Histogram(3);
    for (int i = -count; i < count; i++) {
      Question asked = question.apply(i < 0 ? count - i : i);
      long before = ticks.getAsLong();
      HttpResponse<byte[]> answer = send(asked);
      long micros = (ticks.getAsLong() - before) / 1_000;
      if (answer.statusCode() != status) {
        throw new VoidRun("GET " + asked.path() + " answered " + answer.statusCode());
      }
      if (i >= 0) {
        latencies.recordValue(micros);
      }
    }
    return latencies;
  }

  /** The JSON object a path answers with 200. */
  Json.Obj object(String path) {
    HttpResponse<byte[]> answer = send(Question.of(path));
    if (answer.statusCode() == 200
        && Json.parse(answer.body()).orElse(Json.nil()) instanceof Json.Obj object) {
      return object;
    }
    throw new VoidRun("GET " + path + " answered " + answer.statusCode());
  }

  /** The entity tag of what a path answers; empty when it has none. */
  String tag(String path) {
    return send(Question.of(path)).headers().firstValue("ETag").orElse("");
  }

  /** How many lines a path answers, read as they come and not kept. */
  long lines(String path) {
    try {
      HttpResponse<InputStream> answer =
          client.send(
              request(Question.of(path)).build(), HttpResponse.BodyHandlers.ofInputStream());
      if (answer.statusCode() != 200) {
        throw new VoidRun("GET " + path + " answered " + answer.statusCode());
      }
      long lines = 0;
      byte[] buffer = new byte[BUFFER_BYTES];
      try (InputStream body = answer.body()) {
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
          for (int i = 0; i < read; i++) {
            lines += buffer[i] == '\n' ? 1 : 0;
          }
        }
      }
      return lines;
    } catch (IOException e) {
      throw new VoidRun("GET " + path + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VoidRun("Interrupted", e);
    }
  }

  /** A stream of events at a path; its lines arrive as they are sent. */
  HttpResponse<InputStream> stream(String path) throws IOException, InterruptedException {
    return client.send(
        request(Question.of(path)).header("Accept", "text/event-stream").build(),
        HttpResponse.BodyHandlers.ofInputStream());
  }

  private HttpRequest.Builder request(Question question) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url.resolve(question.path()))
            .timeout(ANSWER_MAX)
            .header("X-API-Key", apiKey);
    return question.tag().isEmpty() ? request : request.header("If-None-Match", question.tag());
  }

  private HttpResponse<byte[]> send(Question question) {
    try {
      return client.send(request(question).build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new VoidRun("GET " + question.path() + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VoidRun("Interrupted", e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
