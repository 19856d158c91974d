package dev.catchment.house.sample.low;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Calls everything that only some rooms may call. */
@SuppressWarnings("JavaUtilDate")
final class Clocks {
  private Clocks() {}

  static List<Object> read() {
    Supplier<Instant> reference = Instant::now;
    return List.of(
        System.currentTimeMillis(),
        Clock.systemUTC(),
        new Date(),
        new Random(),
        new SecureRandom(),
        Math.random(),
        ThreadLocalRandom.current(),
        RandomGenerator.getDefault(),
        UUID.randomUUID(),
        reference);
  }

  static void act() {
    System.out.println();
    LockSupport.parkNanos(1);
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      e.printStackTrace();
      System.exit(1);
    }
  }
}
