package dev.catchment.main;

import dev.catchment.db.Channel;
import dev.catchment.issues.IssueResolver;
import dev.catchment.retention.Retention;
import dev.catchment.retention.RetentionSettings;
import dev.catchment.routing.Dispatcher;
import dev.catchment.worker.Loop;
import dev.catchment.worker.Supervisor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What runs by itself. Outcomes are written and claims kept until the courier has let go of its
 * last delivery.
 */
record Loops(Supervisor readers, Supervisor settling) {
  /** The name of the loop that cleans up. */
  static final String RETENTION = "retention";

  private static final String DISPATCHER = "dispatcher";
  private static final String COURIER = "courier";
  private static final String SETTLER = "settler";
  private static final String RENEWER = "renewer";

  /** The loops without any of which nothing is delivered, or what came of it is not written. */
  static final Set<String> DELIVERING = Set.of(DISPATCHER, COURIER, SETTLER, RENEWER);

  static Loops over(
      Stores stores, Features features, FeedParts feeds, CollectionParts collections) {
    Loop dispatcher =
        new Loop(
            DISPATCHER,
            new Dispatcher(
                stores.database(),
                stores.log(),
                stores.cursors(),
                stores.eventIds(),
                features.destinations(),
                features.courier()),
            stores.clock());
    Loop courier = new Loop(COURIER, features.courier(), stores.clock());
    Loop settler = new Loop(SETTLER, features.courier().settler(), stores.clock());
    Loop renewer = new Loop(RENEWER, features.courier().renewer(), stores.clock());
    features.courier().renewer().wakes(renewer::wake);
    Loop refusals = new Loop("refusals", features.intake().refusals(), stores.clock());
    features.intake().refusals().wakes(refusals::wake);
    Loop feedMemory = new Loop("feeds", feeds.memory(), stores.clock());
    stores.database().listen(Channel.FEEDS, any -> feedMemory.wake());
    features.courier().settler().wakes(settler::wake, courier::wake);
    stores.database().listen(Channel.LOG, any -> dispatcher.wake());
    stores.database().listen(Channel.DELIVERIES, any -> courier.wake());
    List<Loop> readers = new ArrayList<>(List.of(courier, dispatcher, feedMemory, refusals));
    readers.addAll(features.live().loops(stores));
    readers.addAll(collections.loops());
    retention(stores).ifPresent(readers::add);
    readers.add(jobs(stores, features.letters()));
    features.letters().resolver(stores).map(step -> issues(stores, step)).ifPresent(readers::add);
    return new Loops(new Supervisor(readers), new Supervisor(List.of(settler, renewer)));
  }

  private static Loop jobs(Stores stores, LetterParts letters) {
    Loop jobs = new Loop("jobs", letters.replays().runner(), stores.clock());
    stores.database().listen(Channel.JOBS, any -> jobs.wake());
    return jobs;
  }

  private static Loop issues(Stores stores, IssueResolver resolver) {
    Loop issues = new Loop("issues", resolver, stores.clock());
    stores.database().listen(Channel.ISSUES, any -> issues.wake());
    // A destination that is active again lets go of the issue that it was gone.
    stores.database().listen(Channel.ROUTES, any -> issues.wake());
    return issues;
  }

  private static Optional<Loop> retention(Stores stores) {
    Config.Retention settings = stores.config().retention();
    return settings.enabled()
        ? Optional.of(
            new Loop(
                RETENTION,
                new Retention(
                    stores.database(),
                    stores.cursors(),
                    new RetentionSettings(
                        settings.eventsDays(),
                        settings.eventsMax(),
                        settings.tombstoneDays(),
                        stores.config().replay().kept(),
                        settings.archiveDir())),
                stores.clock()))
        : Optional.empty();
  }

  /** The loops in trouble and why. */
  Map<String, String> troubles() {
    Map<String, String> all = new LinkedHashMap<>(readers.troubles());
    all.putAll(settling.troubles());
    return all;
  }
}
