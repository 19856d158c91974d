/**
 * Issues: one for each destination and kind of trouble, opened and counted in the transaction that
 * writes the outcomes, resolved by people or by quiet.
 *
 * <p>It neither sends nor retries, and knows nothing of alerts: whoever wants to hear of an issue
 * is an {@link dev.catchment.issues.IssueListener}.
 *
 * <p>Start reading at {@link dev.catchment.issues.IssueTracker}.
 */
@NullMarked
package dev.catchment.issues;

import org.jspecify.annotations.NullMarked;
