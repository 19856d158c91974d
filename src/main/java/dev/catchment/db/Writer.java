package dev.catchment.db;

import java.util.concurrent.CompletableFuture;

/** Runs transactions that write. */
sealed interface Writer extends AutoCloseable permits SqliteWriter, PostgresWriter {
  /** Runs the work and answers after its commit. */
  <T> T write(Durability durability, Work<T> work);

  /**
   * Queues the work, in order with everything else that was submitted; the future completes after
   * the commit, on a thread of the writer.
   */
  <T> CompletableFuture<T> submit(Durability durability, Work<T> work);

  @Override
  void close();
}
