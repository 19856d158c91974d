package dev.catchment.feeds;

/**
 * The place of an item in a list.
 *
 * @param rank its order among the pinned or unpinned items
 */
record Slot(String itemId, boolean pinned, long rank) {}
