/**
 * Values every room needs: failures, scopes, ids, times, pages and secrets.
 *
 * <p>This room knows no database, no HTTP and no JSON, and imports no other room.
 *
 * <p>Start reading at {@link dev.catchment.base.Failure} and {@link dev.catchment.base.Scope}.
 */
@NullMarked
package dev.catchment.base;

import org.jspecify.annotations.NullMarked;
