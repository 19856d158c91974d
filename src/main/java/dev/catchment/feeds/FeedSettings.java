package dev.catchment.feeds;

import java.time.Duration;
import java.util.List;

/**
 * The settings of feeds.
 *
 * @param publicUrl {@code feeds.public_url}: scheme, host and base path without a trailing slash;
 *     empty when addresses are taken from the request
 * @param payload {@code feeds.payload}: whether typed items carry their payload
 * @param corsOrigins {@code feeds.cors_origins}: origins, {@code *} or {@code null}
 * @param limits how much a feed and a node may hold
 * @param snapshotCacheMib {@code feeds.snapshot_cache_mib}
 * @param staleMax {@code feeds.stale_max}: how long to answer from memory without the store
 */
public record FeedSettings(
    String publicUrl,
    boolean payload,
    List<String> corsOrigins,
    Limits limits,
    int snapshotCacheMib,
    Duration staleMax) {

  /**
   * How much a feed and a node may hold.
   *
   * @param liveMax {@code feeds.live_max}: live items of a feed that sets nothing else
   * @param stagingMax {@code feeds.staging_max}
   * @param listHardMax {@code feeds.list_hard_max}: the most a feed may set
   * @param inboxMax {@code feeds.inbox_max}
   * @param requestsMax {@code feeds.requests_max}: requests of readers in flight
   */
  public record Limits(
      int liveMax, int stagingMax, int listHardMax, int inboxMax, int requestsMax) {
    /** 500, 500, 5,000, 10,000 and 2,000. */
    public static Limits standard() {
      return new Limits(500, 500, 5_000, 10_000, 2_000);
    }
  }

  /** Every setting at its default. */
  public static FeedSettings standard() {
    return new FeedSettings("", true, List.of(), Limits.standard(), 512, Duration.ofSeconds(60));
  }
}
