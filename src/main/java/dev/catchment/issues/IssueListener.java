package dev.catchment.issues;

import dev.catchment.db.Tx;
import java.util.List;

/**
 * Hears of issues in the transaction that changes them. It may hear of the same change more than
 * once when the transaction is tried again, and must be short: outcomes of all destinations wait
 * for it.
 */
@FunctionalInterface
public interface IssueListener {
  /**
   * Called after issues opened, were counted, changed or were resolved.
   *
   * @param issues as they are now, each once
   */
  void changed(Tx tx, List<IssueRow> issues);
}
