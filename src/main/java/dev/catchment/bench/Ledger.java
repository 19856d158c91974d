package dev.catchment.bench;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * What became of every event that was sent: acknowledged, refused, or uncertain (no answer, or one
 * that leaves it open). Written by the generator's thread alone; read when it has come to rest.
 */
final class Ledger {
  private static final int FIRST_IDS = 1 << 14;

  private final BitSet acknowledged = new BitSet();
  private final BitSet uncertain = new BitSet();
  private long[] ids = new long[2 * FIRST_IDS];
  private int idCount;
  private int sent;
  private int refused;
  private int unnamed;

  /** The sequence number of an event that is sent now. */
  int begin() {
    return sent++;
  }

  void acknowledge(long seq, long idHigh, long idLow) {
    acknowledged.set(Math.toIntExact(seq));
    if (idHigh == 0 && idLow == 0) {
      unnamed++;
      return;
    }
    if (2 * idCount == ids.length) {
      ids = Arrays.copyOf(ids, 2 * ids.length);
    }
    ids[2 * idCount] = idHigh;
    ids[2 * idCount + 1] = idLow;
    idCount++;
  }

  /** The server said no: the event must not be stored. */
  void refuse() {
    refused++;
  }

  /** Nobody can say whether the server stored it. */
  void doubt(long seq) {
    uncertain.set(Math.toIntExact(seq));
  }

  int sent() {
    return sent;
  }

  int refused() {
    return refused;
  }

  int acknowledgedCount() {
    return acknowledged.cardinality();
  }

  int uncertainCount() {
    return uncertain.cardinality();
  }

  /** Acknowledgements without an event id. */
  int unnamed() {
    return unnamed;
  }

  /** Acknowledged events that are not among those. */
  int missingFrom(BitSet arrived) {
    BitSet missing = (BitSet) acknowledged.clone();
    missing.andNot(arrived);
    return missing.cardinality();
  }

  /** Those of the given events that were neither acknowledged nor left open. */
  int strangersIn(BitSet arrived) {
    BitSet strangers = (BitSet) arrived.clone();
    strangers.andNot(acknowledged);
    strangers.andNot(uncertain);
    return strangers.cardinality();
  }

  /** How many event ids were given to more than one event. */
  int sharedIds() {
    int[] order =
        IntStream.range(0, idCount)
            .boxed()
            .sorted((a, b) -> compareIds(a, b))
            .mapToInt(Integer::intValue)
            .toArray();
    int shared = 0;
    for (int i = 1; i < order.length; i++) {
      if (compareIds(order[i - 1], order[i]) == 0) {
        shared++;
      }
    }
    return shared;
  }

  private int compareIds(int a, int b) {
    int high = Long.compareUnsigned(ids[2 * a], ids[2 * b]);
    return high == 0 ? Long.compareUnsigned(ids[2 * a + 1], ids[2 * b + 1]) : high;
  }

  /** Up to that many acknowledged event ids, drawn at random, as 32 hex digits. */
  List<String> sampleIds(int count, RandomGenerator random) {
    if (idCount == 0) {
      return List.of();
    }
    return random
        .ints(Math.min(count, idCount), 0, idCount)
        .distinct()
        .mapToObj(i -> String.format("%016x%016x", ids[2 * i], ids[2 * i + 1]))
        .toList();
  }

  /**
   * The keys of the events that were acknowledged.
   *
   * @param orUncertain with those of uncertain events
   */
  int distinctKeys(Payload payload, boolean orUncertain) {
    BitSet keys = new BitSet();
    acknowledged.stream().forEach(seq -> keys.set(payload.key(seq)));
    if (orUncertain) {
      uncertain.stream().forEach(seq -> keys.set(payload.key(seq)));
    }
    return keys.cardinality();
  }
}
