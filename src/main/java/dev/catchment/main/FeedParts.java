package dev.catchment.main;

import dev.catchment.access.Access;
import dev.catchment.access.Caller;
import dev.catchment.access.FeedAccess;
import dev.catchment.api.FeedGate;
import dev.catchment.api.Gate;
import dev.catchment.base.Failure;
import dev.catchment.feedapi.Address;
import dev.catchment.feedapi.FeedApi;
import dev.catchment.feedapi.KeyCheck;
import dev.catchment.feeds.Actor;
import dev.catchment.feeds.Curation;
import dev.catchment.feeds.FeedDesk;
import dev.catchment.feeds.FeedMemory;
import dev.catchment.feeds.FeedRecords;
import dev.catchment.feeds.FeedSettings;
import dev.catchment.http.Request;
import java.util.Optional;

/** The feeds of a node: what curates them, what keeps them in memory and who may reach them. */
record FeedParts(
    FeedSettings settings,
    FeedMemory memory,
    FeedDesk desk,
    Curation curation,
    FeedRecords records) {

  static FeedParts over(Stores stores) {
    FeedSettings settings = settings(stores.config().feeds());
    FeedMemory memory = new FeedMemory(stores.database(), stores.clock(), settings);
    return new FeedParts(
        settings,
        memory,
        new FeedDesk(stores.database(), stores.ids(), memory),
        new Curation(
            stores.database(),
            stores.log(),
            stores.eventIds(),
            stores.clock(),
            memory,
            settings.limits()),
        new FeedRecords(settings.limits()));
  }

  private static FeedSettings settings(Config.Feeds feeds) {
    return new FeedSettings(
        feeds.doors().publicUrl().orElse(""),
        feeds.payload(),
        feeds.doors().corsOrigins(),
        new FeedSettings.Limits(
            feeds.limits().liveMax(),
            feeds.limits().stagingMax(),
            feeds.limits().listHardMax(),
            feeds.limits().inboxMax(),
            feeds.limits().requestsMax()),
        feeds.memory().snapshotCacheMib(),
        feeds.memory().staleMax());
  }

  FeedApi api(Access access) {
    return new FeedApi(memory, settings, keys(access), Address.ofRequest());
  }

  /** The address of the feed API as a request shows it. */
  Optional<String> base(Request.Head head) {
    return Address.ofRequest().of(head).map(address -> address + "/feeds");
  }

  private static KeyCheck keys(Access access) {
    return apiKeys ->
        switch (access.feedCaller(apiKeys)) {
          case FeedAccess.Granted granted ->
              new KeyCheck.Outcome.Granted(granted.caller().orgId(), granted.caller().envId());
          case FeedAccess.Missing missing -> new KeyCheck.Outcome.Missing();
          case FeedAccess.Invalid invalid -> new KeyCheck.Outcome.Invalid();
          case FeedAccess.Forbidden forbidden -> new KeyCheck.Outcome.Forbidden();
        };
  }

  FeedGate gate(Gate gate) {
    return (request, need) -> {
      Caller caller = gate.known(request, need != FeedGate.Need.READ);
      boolean allowed =
          switch (need) {
            case READ -> caller.may("feeds", false) || caller.mayModerateFeeds();
            case MODERATE -> caller.mayModerateFeeds();
            case WRITE -> caller.may("feeds", true);
          };
      if (!allowed) {
        throw new Failure(Failure.Code.FORBIDDEN, "Forbidden", null);
      }
      Caller placed = gate.placed(caller, request, null);
      return new FeedGate.Pass(placed.scope(), actor(placed));
    };
  }

  private static Actor actor(Caller caller) {
    return caller.isKey()
        ? new Actor("api_key", caller.apiKeyId())
        : new Actor("user", caller.userId());
  }
}
