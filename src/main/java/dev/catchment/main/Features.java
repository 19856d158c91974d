package dev.catchment.main;

import dev.catchment.delivery.Courier;
import dev.catchment.delivery.CourierSettings;
import dev.catchment.delivery.Destinations;
import dev.catchment.delivery.HttpRequests;
import dev.catchment.issues.IssueTracker;
import dev.catchment.live.LiveDeliveries;
import dev.catchment.outbound.AddressGuard;
import dev.catchment.outbound.HttpSender;
import dev.catchment.outbound.HttpSenderSettings;
import dev.catchment.outbound.Resolver;
import dev.catchment.routing.ConnectionTransformer;
import dev.catchment.transform.TransformSettings;
import dev.catchment.transform.Transforms;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** The parts that do the product's work. */
record Features(
    IngestParts intake,
    AddressGuard guard,
    HttpSender sender,
    Courier courier,
    Destinations destinations,
    LetterParts letters,
    LiveParts live,
    Secrets secrets,
    Transforms transforms) {
  static Features over(Stores stores, Secrets secrets) {
    Config.Delivery delivery = stores.config().delivery();
    AddressGuard guard =
        new AddressGuard(delivery.allowPrivate(), delivery.allowNetworks(), Resolver.system());
    HttpSender sender =
        new HttpSender(
            guard,
            HttpSenderSettings.standard()
                .besidesDeliveries(delivery.maxInFlight())
                .through(delivery.proxy().orElse(null)),
            System::nanoTime);
    Destinations destinations = new Destinations(secrets.vault());
    Transforms transforms =
        new Transforms(
            stores.clock(),
            System::nanoTime,
            TransformSettings.of(
                Runtime.getRuntime().availableProcessors(), Runtime.getRuntime().maxMemory()));
    LiveParts live = LiveParts.over(stores);
    IssueTracker issues = LetterParts.tracker(stores, live.live());
    Courier courier =
        new Courier(
            stores.database(),
            stores.log(),
            new Courier.Sending(
                destinations,
                sender,
                new HttpRequests(delivery.headerPrefix(), "Catchment/" + Version.text()),
                new ConnectionTransformer(stores.database(), transforms, stores.log().views()),
                () -> ThreadLocalRandom.current().nextLong(),
                List.of(issues, new LiveDeliveries(live.live()))),
            stores.eventIds(),
            stores.clock(),
            new CourierSettings(
                stores.nodeName(),
                delivery.maxInFlight(),
                delivery.lease().toMillis(),
                stores.isSqlite()));
    return new Features(
        IngestParts.over(stores, secrets, sender),
        guard,
        sender,
        courier,
        destinations,
        LetterParts.over(stores, issues, courier, live.live()),
        live,
        secrets,
        transforms);
  }
}
