package dev.catchment.ingest;

import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The sources that requests came to lately, in memory with their rules compiled, so that intake
 * reads nothing. A change of a source, here or on another node, drops it.
 */
final class KnownSources implements AutoCloseable {
  /** More than this are not kept; sources beyond are read for each request. */
  private static final int KEPT_MAX = 100_000;

  private final Database database;
  private final Sources sources;
  private final Function<String, @Nullable String> ingestUrl;
  private final ConcurrentMap<String, SourceChecks> known = new ConcurrentHashMap<>();
  private final ExecutorService readers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("catchment-source-", 0).factory());

  /** Rises with every change, so that a row read before a change is not kept after it. */
  private volatile long changes;

  /**
   * @param ingestUrl gives the public URL of a source; null when it is not known yet
   */
  KnownSources(Database database, Sources sources, Function<String, @Nullable String> ingestUrl) {
    this.database = database;
    this.sources = sources;
    this.ingestUrl = ingestUrl;
    database.listen(Channel.SOURCES, this::changed);
  }

  private synchronized void changed(String sourceId) {
    changes++;
    if (sourceId.isEmpty()) {
      known.clear();
    } else {
      known.remove(sourceId);
    }
  }

  /** The source if it is in memory; null says nothing. */
  @Nullable SourceChecks peek(String id) {
    return known.get(id);
  }

  /** The source, without blocking the caller. */
  CompletionStage<Optional<SourceChecks>> find(String id) {
    SourceChecks checks = known.get(id);
    return checks != null
        ? CompletableFuture.completedFuture(Optional.of(checks))
        : CompletableFuture.supplyAsync(() -> read(id), readers);
  }

  private Optional<SourceChecks> read(String id) {
    long before = changes;
    Optional<SourceChecks> found =
        database
            .<Optional<Source>>read(tx -> sources.forIngest(tx, id))
            .map(source -> SourceChecks.of(source, ingestUrl.apply(id)));
    found.ifPresent(checks -> keep(checks, before));
    return found;
  }

  private synchronized void keep(SourceChecks checks, long before) {
    if (changes == before && known.size() < KEPT_MAX) {
      known.put(checks.source().id(), checks);
    }
  }

  @Override
  public void close() {
    readers.close();
  }
}
