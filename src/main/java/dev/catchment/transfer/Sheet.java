package dev.catchment.transfer;

import dev.catchment.collections.RecordRow;
import java.io.IOException;

/** One export being written. */
interface Sheet {
  /** Writes the next record. */
  void write(RecordRow record) throws IOException;

  /** Writes what is still to be written; the stream below stays open. */
  void finish() throws IOException;
}
