package dev.catchment.whole;

import dev.catchment.json.Json;
import java.util.SplittableRandom;

/**
 * What an event says of a record, by the event's number alone: several of each key, in another
 * order than that of the sender's times; some delete, and some say nothing that can be kept.
 *
 * @param at the sender's time, Unix seconds; each number has another
 * @param problem why the event is skipped; empty when it is not
 */
record Change(int n, String key, long at, boolean deletes, String problem) {
  private static final int KEYS = 1_500;
  private static final long FIRST_AT = 1_600_000_000;

  /** A prime above every number: so multiplying by another mixes them and makes no two alike. */
  private static final int NUMBERS = 1_000_003;

  static Change of(int n) {
    SplittableRandom random = new SplittableRandom(n);
    int problem = random.nextInt(40);
    return new Change(
        n,
        "k" + random.nextInt(KEYS),
        FIRST_AT + n * 7_919L % NUMBERS,
        random.nextInt(8) == 0,
        problem == 0 ? "key_missing" : problem == 1 ? "key_type" : "");
  }

  Json.Obj body() {
    Json.ObjBuilder body = Json.object().put("n", n).put("at", at);
    switch (problem) {
      case "key_missing" -> {}
      case "key_type" -> body.put("key", Json.object().put("id", key).build());
      default -> body.put("key", key);
    }
    return body.put("type", deletes ? "gone" : "kept").build();
  }
}
