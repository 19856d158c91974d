/**
 * The store: readers, one group-committing writer, transactions and migrations.
 *
 * <p>It is the only room that knows which database it talks to, and it knows no table but the ones
 * the migrations make.
 *
 * <p>Start reading at {@link dev.catchment.db.Database} and {@link dev.catchment.db.Tx}.
 */
@NullMarked
package dev.catchment.db;

import org.jspecify.annotations.NullMarked;
