package dev.catchment.main;

import dev.catchment.access.SecretKeyFile;
import dev.catchment.base.Failure;
import dev.catchment.base.Secret;
import dev.catchment.delivery.Destinations;
import dev.catchment.ingest.Sources;
import dev.catchment.observe.Log;
import dev.catchment.vault.CannotOpen;
import dev.catchment.vault.Resealing;
import dev.catchment.vault.SealedColumn;
import dev.catchment.vault.Vault;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The keys of a node and what they seal.
 *
 * @param keys the secret key, from the settings or the data folder, and then the previous ones
 */
record Secrets(List<Secret> keys, Vault vault) {
  private static final Log LOG = Log.of("main.secrets");

  /** Every sealed column of the store, as its room declares it. */
  private static final List<SealedColumn> COLUMNS =
      Stream.of(Destinations.SEALED, Sources.SEALED).flatMap(List::stream).toList();

  static Secrets of(Stores stores) {
    Config config = stores.config();
    Secret secretKey =
        new SecretKeyFile(config.server().dataDir(), stores.secureRandom())
            .keyOr(config.auth().secretKey().orElse(new Secret("")));
    List<Secret> keys = new ArrayList<>(List.of(secretKey));
    keys.addAll(config.auth().previousSecretKeys());
    return new Secrets(List.copyOf(keys), new Vault(keys, stores.secureRandom()));
  }

  /**
   * Brings every sealed column to the newest key.
   *
   * @throws Failure when something was sealed with a key that the settings do not name; the
   *     sentence says which settings to change
   */
  void sealAgain(Stores stores) {
    try {
      int sealed = new Resealing(stores.database(), vault).run(COLUMNS);
      if (sealed > 0 || keys.size() > 1) {
        LOG.info("secrets.sealed_again", "count", sealed, "key", vault.newestKeyId());
      }
    } catch (CannotOpen e) {
      throw Failure.invalid("The secrets in the store cannot be read: " + e.getMessage());
    }
  }
}
