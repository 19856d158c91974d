package dev.catchment.main;

import dev.catchment.delivery.Outgoing;
import dev.catchment.delivery.SendResult;
import dev.catchment.delivery.Sender;
import dev.catchment.ingest.Ingest;
import dev.catchment.ingest.RateLimits;
import dev.catchment.ingest.Refusals;
import dev.catchment.ingest.Sources;
import dev.catchment.trial.Aftermath;
import dev.catchment.trial.Forwarder;
import dev.catchment.trial.TestSessions;
import dev.catchment.verify.Fetch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Intake, the table its rules come from, what keeps the requests that it refuses, and the sources
 * that end by themselves.
 */
record IngestParts(
    Ingest ingest, Sources sources, Refusals refusals, TestSessions sessions, Aftermath aftermath) {
  private static final int GET_MILLIS_MAX = 10_000;

  static IngestParts over(Stores stores, Secrets secrets, Sender sender) {
    Config config = stores.config();
    Sources sources = new Sources(secrets.vault());
    Refusals refusals = new Refusals(stores.database(), stores.eventIds(), stores.metrics());
    Ingest ingest =
        new Ingest(
            new Ingest.Stores(stores.database(), sources, stores.log()),
            stores.eventIds(),
            stores.clock(),
            new Ingest.Settings(
                config.ingest().maxBodyBytes(),
                new RateLimits(
                    config.ingest().rateLimitPerIp(), config.ingest().rateLimitPerSource()),
                id -> config.server().publicUrl(config.server().port()) + "/v1/ingest/" + id,
                config.quotas().eventsPerMonth()),
            new Ingest.Outside(refusals::add, fetch -> answer(sender, fetch), stores.metrics()));
    return new IngestParts(
        ingest,
        sources,
        refusals,
        new TestSessions(stores.ids(), sources),
        new Aftermath(new Forwarder(stores.database(), sender)));
  }

  /** Asks a public address; the sender guards against others, and follows no redirect. */
  private static Optional<byte[]> answer(Sender sender, Fetch fetch) {
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    headers.add(Map.entry("User-Agent", "Catchment/" + Version.text()));
    if (fetch.json() != null) {
      headers.add(Map.entry("Content-Type", "application/json"));
    }
    SendResult result =
        sender.send(
            new Outgoing(
                fetch.json() == null ? "GET" : "POST",
                fetch.url(),
                headers,
                fetch.json() == null
                    ? new byte[0]
                    : fetch.json().reveal().getBytes(StandardCharsets.UTF_8),
                GET_MILLIS_MAX,
                Outgoing.RESPONSE_BYTES_MAX));
    return result instanceof SendResult.Answered answered && answered.status() == 200
        ? Optional.of(answered.body())
        : Optional.empty();
  }
}
