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
import org.jspecify.annotations.Nullable;

/**
 * The sources that requests came to lately, in memory, so that intake reads nothing. A change of a
 * source, here or on another node, drops it.
 */
final class KnownSources implements AutoCloseable {
  /** More than this are not kept; sources beyond are read for each request. */
  private static final int KEPT_MAX = 100_000;

  private final Database database;
  private final ConcurrentMap<String, Source> known = new ConcurrentHashMap<>();
  private final ExecutorService readers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("catchment-source-", 0).factory());

  /** Rises with every change, so that a row read before a change is not kept after it. */
  private volatile long changes;

  KnownSources(Database database) {
    this.database = database;
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
  @Nullable Source peek(String id) {
    return known.get(id);
  }

  /** The source, without blocking the caller. */
  CompletionStage<Optional<Source>> find(String id) {
    Source source = known.get(id);
    return source != null
        ? CompletableFuture.completedFuture(Optional.of(source))
        : CompletableFuture.supplyAsync(() -> read(id), readers);
  }

  private Optional<Source> read(String id) {
    long before = changes;
    Optional<Source> found = database.read(tx -> Sources.forIngest(tx, id));
    found.ifPresent(source -> keep(source, before));
    return found;
  }

  private synchronized void keep(Source source, long before) {
    if (changes == before && known.size() < KEPT_MAX) {
      known.put(source.id(), source);
    }
  }

  @Override
  public void close() {
    readers.close();
  }
}
