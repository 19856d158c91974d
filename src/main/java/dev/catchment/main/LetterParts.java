package dev.catchment.main;

import dev.catchment.delivery.Courier;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.issues.IssueResolver;
import dev.catchment.issues.IssueTracker;
import dev.catchment.live.Live;
import dev.catchment.live.LiveDeliveries;
import dev.catchment.live.Tellers;
import dev.catchment.replay.BulkRetry;
import dev.catchment.replay.Replays;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What becomes of deliveries that failed: issues, retries by hand, jobs. */
record LetterParts(IssueTracker issues, ManualRetries retries, BulkRetry bulk, Replays replays) {

  /** What hears of the courier's outcomes, so it is made before the courier. */
  static IssueTracker tracker(Stores stores, Live live) {
    return new IssueTracker(
        stores.eventIds(),
        List.of((tx, issues) -> {
          Map<String, List<String>> ids = new TreeMap<>();
          issues.forEach(issue ->
              ids.computeIfAbsent(issue.scope().envId(), id -> new ArrayList<>()).add(issue.id()));
          ids.forEach((envId, some) -> live.changed(tx, Tellers.Change.ISSUES, envId, some));
        }));
  }

  static LetterParts over(Stores stores, IssueTracker issues, Courier courier, Live live) {
    ManualRetries retries = new ManualRetries(stores.eventIds(), List.of(new LiveDeliveries(live)));
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
  Optional<IssueResolver> resolver(Stores stores) {
    Duration quiet = stores.config().issues().autoResolve();
    return quiet.isZero()
        ? Optional.empty()
        : Optional.of(new IssueResolver(stores.database(), issues, quiet));
  }
}
