package dev.catchment.replay;

import dev.catchment.db.Tx;
import org.jspecify.annotations.Nullable;

/** What one kind of job does with a few events. */
interface JobWork {
  /** How many events the job will look at. */
  long total(Tx tx, Job job);

  /**
   * Reads what comes next, outside of any transaction.
   *
   * @param wanted events at most
   */
  Slice next(Job job, int wanted);

  /**
   * A part of a job, ready to be written.
   *
   * @param events how many there are; there may be none although the job has not ended
   * @param reached the id of the last event that was looked at
   * @param last whether nothing comes after
   */
  record Slice(int events, String reached, boolean last, Write write) {}

  /** Writes what a slice is for. */
  @FunctionalInterface
  interface Write {
    Written in(Tx tx);
  }

  /**
   * What was written.
   *
   * @param started attempts that were started
   * @param skipped events for which nothing was started
   * @param failure why the job cannot go on, in a sentence; null when it can
   */
  record Written(int started, int skipped, @Nullable String failure) {
    static Written of(int started, int skipped) {
      return new Written(started, skipped, null);
    }

    /** Nothing, because the job cannot go on. */
    static Written failed(String sentence) {
      return new Written(0, 0, sentence);
    }
  }
}
