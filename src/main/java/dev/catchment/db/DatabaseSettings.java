package dev.catchment.db;

import dev.catchment.base.Secret;
import java.nio.file.Path;

/**
 * Where the store is.
 *
 * @param url empty for SQLite in the data folder, else {@code
 *     postgresql://user:password@host:port/name}
 * @param dataDir the folder of the SQLite file; made when missing
 * @param node names this process among the others, without a colon
 */
public record DatabaseSettings(Secret url, Path dataDir, String node) {}
