package dev.catchment.feeds;

/** Where in a list an item is to stand. Pinned items stay in front, whatever is asked. */
public sealed interface Target {
  /** First. */
  record Top() implements Target {}

  /** Last. */
  record Bottom() implements Target {}

  /**
   * At an index from 0; beyond the end is last.
   *
   * @param index not negative
   */
  record Index(int index) implements Target {}

  /** Right before another item of the list. */
  record Before(String itemId) implements Target {}

  /** Right after another item of the list. */
  record After(String itemId) implements Target {}
}
