/**
 * The seal on secrets: what turns a text into something a stolen store does not give away, and what
 * seals the rows again when the key changes.
 *
 * <p>It knows no table and no meaning of a secret: each room declares the columns of its own that
 * are sealed, and where keys come from is for {@code main} to say.
 *
 * <p>Start reading at {@link dev.catchment.vault.Vault} and {@link dev.catchment.vault.Resealing}.
 */
@NullMarked
package dev.catchment.vault;

import org.jspecify.annotations.NullMarked;
