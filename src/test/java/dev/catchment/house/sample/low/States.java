package dev.catchment.house.sample.low;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Holds every kind of static field that can change, and two that cannot. */
final class States {
  static int count;
  static final int[] ARRAY = {1};
  static final AtomicLong ATOMIC = new AtomicLong();
  static final ByteBuffer BUFFER = ByteBuffer.allocate(1);
  static final List<String> LISTED = new ArrayList<>();
  static final Map<String, String> MAPPED = new HashMap<>();
  static final States OWN = new States();
  static final List<String> FIXED = List.of("a");
  static final Map<String, String> FIXED_MAP = Map.copyOf(MAPPED);

  long last;

  private States() {}
}
