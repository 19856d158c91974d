package dev.catchment.simulation;

import dev.catchment.delivery.Outgoing;
import dev.catchment.delivery.SendResult;
import dev.catchment.delivery.Sender;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The receivers and what lies between. A call stands until the simulation says what becomes of it,
 * and the ledger keeps what the receivers were told, whatever their callers learn. Safe for use by
 * several threads.
 */
final class SimulatedNetwork {
  private static final long STANDING_SECONDS_MAX = 120;

  private final List<Call> standing = new ArrayList<>();
  private final List<Reception> receptions = new ArrayList<>();
  private int calls;

  /**
   * Something that a receiver has got.
   *
   * @param answered whether the caller learned of it
   */
  record Reception(String url, String eventId, int attempt, boolean answered) {}

  /** A request that waits for its fate. */
  static final class Call {
    private final String node;
    private final Outgoing request;
    private final CompletableFuture<SendResult> result = new CompletableFuture<>();

    private Call(String node, Outgoing request) {
      this.node = node;
      this.request = request;
    }

    String node() {
      return node;
    }

    private String header(String name) {
      return request.headers().stream()
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .map(Map.Entry::getValue)
          .findFirst()
          .orElseThrow();
    }

    private String order() {
      return header("X-hookstream-Event-Id")
          + request.url()
          + header("X-hookstream-Delivery-Attempt");
    }
  }

  /** What a node sends with. */
  Sender of(String node) {
    return request -> {
      Call call = new Call(node, request);
      synchronized (this) {
        standing.add(call);
        calls++;
      }
      try {
        return call.result.get(STANDING_SECONDS_MAX, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new SendResult.Unanswered(SendResult.Kind.OTHER, "Interrupted", 0);
      } catch (ExecutionException | TimeoutException e) {
        throw new AssertionError("A call was forgotten", e);
      }
    };
  }

  /** The calls that wait, in an order that does not depend on threads. */
  synchronized List<Call> standing() {
    return standing.stream().sorted(Comparator.comparing(Call::order)).toList();
  }

  /** How many calls there have been. */
  synchronized int calls() {
    return calls;
  }

  synchronized List<Reception> receptions() {
    return List.copyOf(receptions);
  }

  /** The receiver gets it and answers. */
  void answer(Call call, int status, Map<String, String> headers) {
    end(call, true, true, new SendResult.Answered(status, headers, new byte[0], false, 1));
  }

  /** The receiver gets it, and its answer never arrives. */
  void loseAnswer(Call call) {
    end(call, true, false, new SendResult.Unanswered(SendResult.Kind.PROTOCOL, "Broken off", 1));
  }

  /** The receiver cannot be reached. */
  void refuse(Call call) {
    end(call, false, false, new SendResult.Unanswered(SendResult.Kind.CONNECT, "Refused", 1));
  }

  private void end(Call call, boolean received, boolean answered, SendResult result) {
    synchronized (this) {
      standing.remove(call);
      if (received) {
        receptions.add(
            new Reception(
                call.request.url(),
                call.header("X-hookstream-Event-Id"),
                Integer.parseInt(call.header("X-hookstream-Delivery-Attempt")),
                answered));
      }
    }
    call.result.complete(result);
  }
}
