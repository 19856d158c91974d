package dev.catchment.routing;

import dev.catchment.base.Scope;
import dev.catchment.log.Event;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A stored event as it is shown in a list.
 *
 * @param position its place in the log
 * @param payloadSize bytes
 * @param receivedAt milliseconds since 1970
 */
public record EventRow(
    String id,
    long position,
    Scope scope,
    From from,
    Event.RequestFacts request,
    long payloadSize,
    Checked checked,
    Status status,
    long receivedAt) {

  /**
   * What its source found out about it.
   *
   * @param verification the words of {@code verification_status}
   * @param dedup the words of {@code dedup_status}
   */
  public record Checked(
      String verification,
      @Nullable String verificationError,
      String dedup,
      @Nullable String dedupHash,
      @Nullable String duplicateOf) {}

  /** The source it came to; the names are null once the source is gone. */
  public record From(String sourceId, @Nullable String sourceName, @Nullable String sourceSlug) {}

  /** How far its deliveries are. */
  public enum Status {
    /** Stored; nothing is owed to anyone. */
    RECEIVED,
    /** At least one delivery is unfinished. */
    PROCESSING,
    /** All deliveries succeeded. */
    DELIVERED,
    /** None is unfinished, and at least one ended otherwise. */
    FAILED;

    /** The word on the wire. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** All words. */
    public static List<String> words() {
      return Arrays.stream(values()).map(Status::word).toList();
    }
  }
}
