package dev.catchment.bench;

import dev.catchment.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * Asks one question after another over one connection and times the answers, from the call to the
 * last byte of the body. Asks on its own thread: handing an answer from thread to thread costs more
 * on a busy machine than many an answer.
 */
final class Asker {
  private static final int ANSWER_MILLIS_MAX = 120_000;
  private static final int BUFFER_BYTES = 1 << 16;

  private final URI url;
  private final String apiKey;
  private final LongSupplier ticks;

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
      Answer<byte[]> answer = ask(asked, InputStream::readAllBytes);
      long micros = (ticks.getAsLong() - before) / 1_000;
      if (answer.status() != status) {
        throw new VoidRun("GET " + asked.path() + " answered " + answer.status());
      }
      if (i >= 0) {
        latencies.recordValue(micros);
      }
    }
    return latencies;
  }

  /** The JSON object a path answers with 200. */
  Json.Obj object(String path) {
    if (Json.parse(good(path, InputStream::readAllBytes).body()).orElse(Json.nil())
        instanceof Json.Obj object) {
      return object;
    }
    throw new VoidRun("GET " + path + " answered no object");
  }

  /** The entity tag of what a path answers; empty when it has none. */
  String tag(String path) {
    return good(path, InputStream::readAllBytes).tag();
  }

  /** How many lines a path answers, read as they come and not kept. */
  long lines(String path) {
    return good(path, Asker::countLines).body();
  }

  private static long countLines(InputStream body) throws IOException {
    long lines = 0;
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
      for (int i = 0; i < read; i++) {
        lines += buffer[i] == '\n' ? 1 : 0;
      }
    }
    return lines;
  }

  private <T> Answer<T> good(String path, Reading<T> reading) {
    Answer<T> answer = ask(Question.of(path), reading);
    if (answer.status() != 200) {
      throw new VoidRun("GET " + path + " answered " + answer.status());
    }
    return answer;
  }

  /** Reads a body to its end. */
  @FunctionalInterface
  private interface Reading<T> {
    T of(InputStream body) throws IOException;
  }

  /**
   * @param tag of the entity; empty when it has none
   */
  private record Answer<T>(int status, String tag, T body) {}

  private <T> Answer<T> ask(Question question, Reading<T> reading) {
    try {
      HttpURLConnection call =
          (HttpURLConnection) url.resolve(question.path()).toURL().openConnection();
      call.setConnectTimeout(ANSWER_MILLIS_MAX);
      call.setReadTimeout(ANSWER_MILLIS_MAX);
      call.setUseCaches(false);
      call.setRequestProperty("X-API-Key", apiKey);
      if (!question.tag().isEmpty()) {
        call.setRequestProperty("If-None-Match", question.tag());
      }
      int status = call.getResponseCode();
      String tag = call.getHeaderField("ETag");
      InputStream failure = call.getErrorStream();
      // The connection is used again only once the body has been read.
      try (InputStream body = failure == null ? call.getInputStream() : failure) {
        return new Answer<>(status, tag == null ? "" : tag, reading.of(body));
      }
    } catch (IOException e) {
      throw new VoidRun("GET " + question.path() + " failed", e);
    }
  }
}
