package dev.catchment.main;

import dev.catchment.access.FirstStart;
import dev.catchment.access.OwnerOnlyFile;
import dev.catchment.base.Scope;
import dev.catchment.base.Secret;
import dev.catchment.ingest.Source;
import dev.catchment.ingest.SourceRules;
import dev.catchment.ingest.Sources;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the first start on an empty store makes beside the tables: organisation, environment, one
 * API key and one source that is ready to be sent to.
 *
 * @param apiKey the key, known only to the start that made it
 * @param keyFile where the key was also written; empty when it was given by the settings
 * @param sourceId the ready source; empty on later starts
 */
record FirstSteps(Optional<Secret> apiKey, Optional<Path> keyFile, Optional<String> sourceId) {

  static FirstSteps take(Stores stores, Secrets secrets) {
    Sources sources = new Sources(secrets.vault());
    Config config = stores.config();
    Secret configured = config.auth().bootstrapApiKey().orElse(new Secret(""));
    String sourceId = stores.ids().next();
    FirstStart.Result result =
        new FirstStart(stores.database(), stores.ids(), stores.secureRandom())
            .run(configured, (tx, scope) -> sources.create(tx, source(scope, sourceId)));
    if (!result.created()) {
      return new FirstSteps(Optional.empty(), Optional.empty(), Optional.empty());
    }
    Optional<Path> keyFile = Optional.empty();
    if (configured.reveal().isEmpty()) {
      keyFile = Optional.of(config.server().dataDir().resolve("bootstrap-key.txt"));
      new OwnerOnlyFile(keyFile.get()).write(result.key().reveal() + "\n");
    }
    return new FirstSteps(Optional.of(result.key()), keyFile, Optional.of(sourceId));
  }

  private static Source.Draft source(Scope scope, String id) {
    return new Source.Draft(
        id,
        scope,
        "First source",
        "first",
        "Made at the first start, ready to be sent to",
        Source.HTTP,
        null,
        SourceRules.NONE,
        Source.Status.ACTIVE,
        null);
  }
}
