package dev.catchment.house.sample.low;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

/** A test nobody runs, by its name and by its annotations. */
@Disabled
final class Skipped {
  @Test
  @Disabled
  void skipped() {}
}
