package dev.catchment.live;

import java.util.List;

/** Somebody who has all changes of a collection's records and waits for more. */
public interface Follower {
  /**
   * Is told what follows. Must return at once and must not join or leave. Changes may be among them
   * that it had before.
   *
   * @return false when it follows no more
   */
  boolean told(List<RecordNews> news);

  /** The collection is gone; nothing more is told. */
  void ended();
}
