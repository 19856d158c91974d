package dev.catchment.main;

import dev.catchment.delivery.Courier;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.issues.IssueResolver;
import dev.catchment.issues.IssueTracker;
import dev.catchment.replay.BulkRetry;
import dev.catchment.replay.Replays;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What becomes of deliveries that failed: issues, retries by hand, jobs. */
record LetterParts(IssueTracker issues, ManualRetries retries, BulkRetry bulk, Replays replays) {

  /** What hears of the courier's outcomes, so it is made before the courier. */
  static IssueTracker tracker(Node.Stores stores) {
    return new IssueTracker(stores.eventIds(), List.of());
  }

  static LetterParts over(Node.Stores stores, IssueTracker issues, Courier courier) {
    ManualRetries retries = new ManualRetries(stores.eventIds());
    return new LetterParts(
        issues,
        retries,
        new BulkRetry(stores.database(), retries),
        new Replays(
            stores.database(),
            stores.log(),
            courier,
            retries,
            stores.ids(),
            new Replays.Settings(stores.nodeName(), stores.config().replay().kept().toMillis())));
  }

  /** Resolves issues that have been quiet; empty when only people are to resolve them. */
  Optional<IssueResolver> resolver(Node.Stores stores) {
    Duration quiet = stores.config().issues().autoResolve();
    return quiet.isZero()
        ? Optional.empty()
        : Optional.of(new IssueResolver(stores.database(), issues, quiet));
  }
}
