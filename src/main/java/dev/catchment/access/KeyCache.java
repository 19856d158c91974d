package dev.catchment.access;

import dev.catchment.base.Sha256;
import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds keys by their text, from memory when they were found lately. Only working keys are
 * remembered, so guesses neither fill the memory nor push others out. Safe for use by several
 * threads.
 */
final class KeyCache {
  /** More keys than this start over. */
  static final int KEYS_MAX = 10_000;

  /** What was read longer ago is read again, in case a notice was lost. */
  static final long AGE_MILLIS_MAX = 60_000;

  /** The use of a key is noted at most this often. */
  static final long USE_STEP_MILLIS = 60_000;

  /** No key is longer; a longer text is not even hashed. */
  private static final int TEXT_CHARS_MAX = 512;

  private final Database database;
  private final InstantSource clock;
  private final Map<String, WorkingKey> keys = new ConcurrentHashMap<>();
  private final Object guard = new Object();
  private long generation;

  KeyCache(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
    database.listen(Channel.ACCESS, subject -> forget());
  }

  /** The key of that text if it works now; its use is noted in the background. */
  Optional<WorkingKey> find(String text) {
    if (text.isEmpty() || text.length() > TEXT_CHARS_MAX) {
      return Optional.empty();
    }
    long now = clock.millis();
    String hash = Sha256.hex(text);
    WorkingKey known = keys.get(hash);
    if (known == null || known.isOlderThan(AGE_MILLIS_MAX, now)) {
      known = read(hash);
    }
    if (known == null || !known.worksAt(now)) {
      return Optional.empty();
    }
    note(known, now);
    return Optional.of(known);
  }

  private @Nullable WorkingKey read(String hash) {
    long before = generation();
    WorkingKey found = database.read(tx -> ApiKeys.findWorking(tx, hash)).orElse(null);
    remember(hash, found, before);
    return found;
  }

  private long generation() {
    synchronized (guard) {
      return generation;
    }
  }

  private void remember(String hash, @Nullable WorkingKey found, long before) {
    synchronized (guard) {
      if (found == null) {
        keys.remove(hash);
      } else if (generation == before) {
        // Otherwise a key was changed while this one was read, and it may be stale already.
        if (keys.size() >= KEYS_MAX) {
          keys.clear();
        }
        keys.put(hash, found);
      }
    }
  }

  private void forget() {
    synchronized (guard) {
      generation++;
      keys.clear();
    }
  }

  private void note(WorkingKey used, long now) {
    if (used.isUseToNote(now, USE_STEP_MILLIS)) {
      String id = used.key().id();
      // A note that is lost costs nothing: the next use makes another.
      var _ =
          database.submit(Durability.DERIVED, tx -> ApiKeys.touch(tx, id, now, USE_STEP_MILLIS));
    }
  }
}
