package dev.catchment.outbound;

import dev.catchment.delivery.Outgoing;
import dev.catchment.delivery.SendResult;
import dev.catchment.delivery.SendResult.Answered;
import dev.catchment.delivery.SendResult.Kind;
import dev.catchment.delivery.SendResult.Unanswered;
import dev.catchment.delivery.Sender;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.io.Closer;

/**
 * Sends over HTTP/1.1. Connections are reused; redirects are not followed, bodies are not
 * decompressed, and only the headers of the request go out, beside {@code Host}, {@code
 * Content-Length} and {@code Connection}.
 *
 * <p>A connection that lay idle is checked before it is reused. When a reused one turns out to be
 * closed without a byte of an answer, the request goes out again on another within the same call: a
 * receiver that closes its idle connections must not cost an attempt. On a fresh connection the
 * same trouble fails the call.
 *
 * <p>Every connection, to a literal address too, goes to an address the {@link AddressGuard} gave
 * for it. Safe for use by several threads.
 */
public final class HttpSender implements Sender, AutoCloseable {
  /** What may be left of an answer to be read away so that its connection can be used again. */
  private static final int SPARE_BYTES_MAX = 8 * 1024;

  /** How many closed connections one call may come upon. */
  private static final int CLOSED_CONNECTIONS_MAX = 3;

  private final HttpSenderSettings settings;
  private final LongSupplier nanos;
  private final LookUps lookUps;
  private final ClientPool clients;
  private final Semaphore permits;
  private final ScheduledThreadPoolExecutor alarms;
  private volatile boolean stopped;

  /**
   * @param nanos a ticker of nanoseconds for durations, such as {@code System::nanoTime}
   */
  public HttpSender(AddressGuard guard, HttpSenderSettings settings, LongSupplier nanos) {
    this.settings = settings;
    this.nanos = nanos;
    this.lookUps = new LookUps(guard, settings);
    this.clients = new ClientPool(tls -> HttpClients.build(settings, lookUps, tls));
    this.permits = new Semaphore(settings.callsMax());
    this.alarms =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("outbound-alarm").factory());
    alarms.setRemoveOnCancelPolicy(true);
  }

  @Override
  public SendResult send(Outgoing outgoing) {
    long start = nanos.getAsLong();
    if (stopped) {
      return stopping(start);
    }
    try {
      Target target = Target.parse(outgoing.url());
      HttpUriRequestBase request = Requests.of(outgoing, target, settings.idleMillisMax());
      return permitted(new Call(request), outgoing, target, start);
    } catch (Target.UnfitUrlException e) {
      return unanswered(Kind.OTHER, "The URL " + e.rule(), start);
    } catch (RejectedExecutionException e) {
      // Only a closed sender sets no alarm any more.
      return stopping(start);
    } catch (Requests.UnfitRequestException e) {
      return unanswered(Kind.OTHER, String.valueOf(e.getMessage()), start);
    }
  }

  private SendResult permitted(Call call, Outgoing outgoing, Target target, long start) {
    try {
      if (!permits.tryAcquire(outgoing.timeoutMillis(), TimeUnit.MILLISECONDS)) {
        return unanswered(Kind.TIMEOUT, "Too many calls were under way", start);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unanswered(Kind.OTHER, "The call was interrupted", start);
    }
    try {
      return timed(call, outgoing, target, start);
    } finally {
      permits.release();
    }
  }

  private SendResult timed(Call call, Outgoing outgoing, Target target, long start) {
    long leftMillis = Math.max(1, outgoing.timeoutMillis() - millisSince(start));
    // Closing a connection can block, and one slow close must not hold up the other alarms.
    ScheduledFuture<?> alarm =
        alarms.schedule(
            () -> Thread.ofVirtual().name("outbound-expiry").start(call::expire),
            leftMillis,
            TimeUnit.MILLISECONDS);
    try (ClientPool.Lent lent = clients.lend(outgoing.tls())) {
      return ScopedValue.where(Call.CURRENT, call)
          .call(() ->
              exchangeOnLiveConnection(lent.client(), call.request(), target, outgoing, start));
    } catch (PemFault e) {
      return unanswered(Kind.TLS, "The TLS setting " + e.getMessage(), start);
    } catch (IOException e) {
      if (stopped || call.expired()) {
        return ended(call, outgoing, start);
      }
      Trouble trouble = Trouble.of(e, target);
      return unanswered(trouble.kind(), trouble.sentence(), start);
    } catch (IllegalStateException e) {
      // So the library answers who ends a call between two of its steps.
      if (stopped || call.expired()) {
        return ended(call, outgoing, start);
      }
      throw e;
    } finally {
      alarm.cancel(false);
    }
  }

  private Answered exchangeOnLiveConnection(
      CloseableHttpClient client,
      HttpUriRequestBase request,
      Target target,
      Outgoing outgoing,
      long start)
      throws IOException {
    for (int closed = 0; ; closed++) {
      HttpClientContext context = HttpClientContext.create();
      try {
        HttpHost host = new HttpHost(target.scheme(), target.host(), target.port());
        ClassicHttpResponse response = client.executeOpen(host, request, context);
        return answer(request, response, outgoing.responseBytesMax(), start);
      } catch (NoHttpResponseException | SocketException e) {
        if (closed >= CLOSED_CONNECTIONS_MAX || !wasReused(context)) {
          throw e;
        }
      }
    }
  }

  private static boolean wasReused(HttpClientContext context) {
    EndpointDetails connection = context.getEndpointDetails();
    return connection != null
        && connection.getRequestCount() > 1
        && connection.getResponseCount() < connection.getRequestCount();
  }

  private Answered answer(
      HttpUriRequestBase request, ClassicHttpResponse response, int bytesMax, long start)
      throws IOException {
    boolean whole = false;
    try {
      byte[] body = new byte[0];
      int spare = 0;
      HttpEntity entity = response.getEntity();
      if (entity != null) {
        InputStream in = entity.getContent();
        body = in.readNBytes(bytesMax);
        spare = body.length < bytesMax ? 0 : spare(in);
      }
      whole = spare <= SPARE_BYTES_MAX;
      return new Answered(
          response.getCode(), headers(response), body, spare > 0, millisSince(start));
    } finally {
      if (!whole) {
        // The library would read an unfinished answer to its end, however long; cut it off.
        request.abort();
      }
      Closer.closeQuietly(response);
    }
  }

  /**
   * How much follows what was kept, at most one byte more than may be read away. Trouble after what
   * was kept is no trouble.
   */
  private static int spare(InputStream in) throws IOException {
    int first = in.read();
    if (first < 0) {
      return 0;
    }
    try {
      return 1 + in.readNBytes(SPARE_BYTES_MAX).length;
    } catch (IOException e) {
      return SPARE_BYTES_MAX + 1;
    }
  }

  private static Map<String, String> headers(ClassicHttpResponse response) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : response.getHeaders()) {
      String value = header.getValue() == null ? "" : header.getValue();
      headers.merge(
          header.getName().toLowerCase(Locale.ROOT), value, (one, two) -> one + ", " + two);
    }
    return headers;
  }

  /** What was broken off by this server: when it stops, or when the time of the call is over. */
  private Unanswered ended(Call call, Outgoing outgoing, long start) {
    return !stopped && call.expired()
        ? unanswered(
            Kind.TIMEOUT, "No whole answer within " + outgoing.timeoutMillis() + " ms", start)
        : stopping(start);
  }

  private Unanswered stopping(long start) {
    return unanswered(Kind.OTHER, "The server is stopping", start);
  }

  private Unanswered unanswered(Kind kind, String sentence, long start) {
    return new Unanswered(kind, sentence, millisSince(start));
  }

  private long millisSince(long start) {
    return TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - start);
  }

  /** Breaks off the calls under way and closes every connection. */
  @Override
  public void close() {
    stopped = true;
    clients.close();
    // Alarms that are set still ring, so that no call outlives its time.
    alarms.shutdown();
    lookUps.close();
  }
}
