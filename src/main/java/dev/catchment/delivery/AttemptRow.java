package dev.catchment.delivery;

import dev.catchment.base.Scope;
import org.jspecify.annotations.Nullable;

/**
 * One attempt as it is stored and shown.
 *
 * @param number from 1
 * @param status {@code pending}, {@code success} or {@code failed}
 * @param trigger {@code initial}, {@code retry}, {@code manual} or {@code replay}
 * @param createdAt milliseconds since 1970
 */
public record AttemptRow(
    String id,
    Scope scope,
    Subject subject,
    Sent sent,
    Answer answer,
    int number,
    String status,
    String trigger,
    long createdAt,
    After after) {

  /** The row as it was before the attempt ended. */
  public AttemptRow asPending() {
    return status.equals("pending")
        ? this
        : new AttemptRow(
            id,
            scope,
            subject,
            new Sent(sent.url(), sent.method(), null, sent.bodySize()),
            new Answer(null, null, null, null, null),
            number,
            "pending",
            trigger,
            createdAt,
            new After(null, false, null));
  }

  /** What was delivered to whom; names are null once the thing is gone. */
  public record Subject(
      String eventId,
      String connectionId,
      @Nullable String connectionName,
      String destinationId,
      @Nullable String destinationName) {}

  /** The request; headers are JSON text with credentials masked, null before it was sent. */
  public record Sent(String url, String method, @Nullable String headersJson, long bodySize) {}

  /** What came back; all null before that, or when nothing did. */
  public record Answer(
      @Nullable Long status,
      @Nullable String headersJson,
      @Nullable String body,
      @Nullable Long durationMillis,
      @Nullable String error) {}

  /** What followed. */
  public record After(@Nullable Long nextRetryAt, boolean dead, @Nullable Long deadAt) {}
}
