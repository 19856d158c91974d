package dev.catchment.db;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The store of one node. Safe for use by several threads.
 *
 * <p>Reads see one consistent snapshot. Writes are atomic and answered after their commit. Callers
 * that read, decide and then write guard the write by a condition in its SQL.
 */
public final class Database implements AutoCloseable {
  private final Readers readers;
  private final Writer writer;
  private final Notices notices;
  private final List<AutoCloseable> others;

  Database(Readers readers, Writer writer, Notices notices, List<AutoCloseable> others) {
    this.readers = readers;
    this.writer = writer;
    this.notices = notices;
    this.others = others;
  }

  /** Whether other nodes may write to this store. */
  public boolean isShared() {
    return writer instanceof PostgresWriter;
  }

  /** The present as transactions see it, in milliseconds since 1970. */
  public long now() {
    return readers.now();
  }

  /** Runs the work on a snapshot. Throws {@code UNAVAILABLE} when the store is away. */
  public <T> T read(Work<T> work) {
    return readers.read(work);
  }

  /**
   * Runs the work on a snapshot that may have to wait for somebody else in between, such as a
   * client that reads slowly. While it lasts the store keeps what it sees, so the caller bounds it.
   *
   * @param pauseMax how long it may wait between two statements or rows
   */
  public <T> T readSlowly(Duration pauseMax, Work<T> work) {
    return readers.read(tx -> {
      tx.allowPauses(pauseMax);
      return work.in(tx);
    });
  }

  /** Runs the work as one transaction that survives a loss of power once this returns. */
  public <T> T write(Work<T> work) {
    return writer.write(Durability.SYNCED, work);
  }

  /** Runs the work as one transaction of the given durability. */
  public <T> T write(Durability durability, Work<T> work) {
    return writer.write(durability, work);
  }

  /**
   * Queues the work, to be run in the order of submission; the future completes after its commit.
   */
  public <T> CompletableFuture<T> submit(Durability durability, Work<T> work) {
    return writer.submit(durability, work);
  }

  /**
   * Calls the listener after each commit that notified the channel, here or on another node, with
   * the subject; an empty subject means that anything may have changed. The listener must return at
   * once: it runs on the writer's thread.
   */
  public void listen(Channel channel, Consumer<String> listener) {
    notices.listen(channel, listener);
  }

  @Override
  public void close() {
    writer.close();
    for (AutoCloseable other : others) {
      try {
        other.close();
      } catch (Exception e) {
        throw new IllegalStateException("Closing the store failed", e);
      }
    }
    readers.close();
  }
}
