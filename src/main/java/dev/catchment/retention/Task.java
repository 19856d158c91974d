package dev.catchment.retention;

/** One kind of clean-up, slice by slice. */
@FunctionalInterface
interface Task {
  /** What came of a slice. */
  enum Outcome {
    /** Rows were removed, and there may be more. */
    REMOVED,
    /** Rows were looked at and none removed, and there may be more. */
    LOOKED,
    /** Nothing is left to do in this round. */
    DONE
  }

  /** Does one short transaction's worth of work. */
  Outcome slice(Lease lease);
}
