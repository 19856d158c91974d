package dev.catchment.transform;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GuardTest {
  @Test
  void aStepThatYieldsMuchIsLookedAtAtOnceAndNotAfterMoreOfThem() {
    // Nothing may be allocated, so the first look ends it.
    Guard guard = new Guard(new Meter(InstantSource.system(), System::nanoTime, -1), true);
    List<Integer> much = Collections.nCopies(1_000, 1);
    guard.enter(false);
    assertThatThrownBy(() -> guard.leave(false, much)).isInstanceOf(Stopped.class);
  }
}
