package dev.catchment.bench;

import java.util.ArrayList;
import java.util.List;

/** Whether a ledger balances. Pure. */
final class Balance {
  private Balance() {}

  /**
   * Faults of the answers themselves.
   *
   * @param sharedIds event ids given to more than one event
   * @param unnamed acknowledgements without an event id
   */
  static List<String> answers(
      long sent, long acknowledged, long refused, long uncertain, long sharedIds, long unnamed) {
    List<String> faults = new ArrayList<>();
    if (acknowledged == 0) {
      faults.add("nothing was acknowledged");
    }
    if (sent != acknowledged + refused + uncertain) {
      faults.add(
          sent + " sent, but " + (acknowledged + refused + uncertain) + " answers accounted for");
    }
    if (sharedIds > 0) {
      faults.add(sharedIds + " event ids were given to more than one event");
    }
    if (unnamed > 0) {
      faults.add(unnamed + " acknowledgements had no event id");
    }
    return faults;
  }

  /**
   * Whether a count the server reports fits what it acknowledged; each uncertain event may or may
   * not be among it.
   *
   * @param what the counted things
   */
  static List<String> count(String what, long counted, long least, long most) {
    if (counted < least) {
      return List.of(what + ": " + counted + ", must be at least " + least);
    }
    if (counted > most) {
      return List.of(what + ": " + counted + ", must be at most " + most);
    }
    return List.of();
  }
}
