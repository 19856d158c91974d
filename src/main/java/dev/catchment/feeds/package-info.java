/**
 * Curation of collections that have a content type: items, their states, order, pins and edits, and
 * the rendered bodies that readers get.
 *
 * <p>It knows no HTTP, no credential and no error text of any API; an item's data comes only
 * through the log.
 *
 * <p>Start reading at {@link dev.catchment.feeds.Curation}, {@link dev.catchment.feeds.FeedRecords}
 * and {@link dev.catchment.feeds.FeedMemory}.
 */
@NullMarked
package dev.catchment.feeds;

import org.jspecify.annotations.NullMarked;
