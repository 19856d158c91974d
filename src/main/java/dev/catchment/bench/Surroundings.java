package dev.catchment.bench;

import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What the bench takes from outside itself.
 *
 * @param launch how servers are started
 * @param nanoTicks a steady clock in nanoseconds from any origin
 * @param random makes the key of a server that is started, slugs, and the choice of samples
 */
public record Surroundings(Launch launch, LongSupplier nanoTicks, RandomGenerator random) {
  /** A clock that begins at 0 now. */
  LongSupplier sinceNow() {
    long origin = nanoTicks.getAsLong();
    return () -> nanoTicks.getAsLong() - origin;
  }

  /** Random lower-case hex digits. */
  String hex(int digits) {
    StringBuilder text = new StringBuilder(digits);
    for (int i = 0; i < digits; i++) {
      text.append(Character.forDigit(random.nextInt(16), 16));
    }
    return text.toString();
  }
}
