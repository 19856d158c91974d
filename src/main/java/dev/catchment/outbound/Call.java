package dev.catchment.outbound;

import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.jspecify.annotations.Nullable;

/**
 * One call under way, which its alarm may end at any point: during the look-up, between two
 * addresses, while connecting, writing or reading.
 */
final class Call {
  /** The call of the running thread, for the hooks that the client library calls back. */
  static final ScopedValue<Call> CURRENT = ScopedValue.newInstance();

  private final HttpUriRequestBase request;
  private @Nullable Future<List<InetAddress>> lookUp;
  private boolean expired;

  Call(HttpUriRequestBase request) {
    this.request = request;
  }

  HttpUriRequestBase request() {
    return request;
  }

  synchronized boolean expired() {
    return expired;
  }

  /** Ends the call; harmless when it is over. */
  void expire() {
    Future<List<InetAddress>> waitedFor;
    synchronized (this) {
      expired = true;
      waitedFor = lookUp;
    }
    if (waitedFor != null) {
      waitedFor.cancel(true);
    }
    request.abort();
  }

  /** Closing a socket ends one address only; this keeps the next from being tried. */
  void checkTime() throws InterruptedIOException {
    if (expired()) {
      throw new InterruptedIOException("The time of the call ran out");
    }
  }

  /** Waits for a look-up that no one can stop, but no longer than the call lasts. */
  List<InetAddress> await(Future<List<InetAddress>> answer) throws UnknownHostException {
    synchronized (this) {
      lookUp = answer;
      if (expired) {
        answer.cancel(true);
      }
    }
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownHostException unknown) {
        throw unknown;
      }
      throw new IllegalStateException("The look-up failed", e.getCause());
    } catch (CancellationException e) {
      throw new UnknownHostException("The time of the call ran out");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnknownHostException("The look-up was interrupted");
    }
  }
}
