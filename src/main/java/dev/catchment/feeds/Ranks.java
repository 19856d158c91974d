package dev.catchment.feeds;

import dev.catchment.base.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Decides ranks: numbers with gaps, so that a move writes one row. Pure. */
final class Ranks {
  /** The room left between neighbours. */
  static final long GAP = 1L << 20;

  private Ranks() {}

  /**
   * The rank of an item that enters a list.
   *
   * @param index its index among the pinned or the unpinned items
   * @param rank its own rank
   * @param others new ranks of the others when the gap was exhausted; mostly empty
   */
  record Placed(int index, long rank, Map<String, Long> others) {}

  /**
   * Finds the rank for an item.
   *
   * @param list the list in order, without the item
   * @param pinned whether the item is pinned
   */
  static Placed place(List<Slot> list, boolean pinned, Target target) {
    List<Slot> group = list.stream().filter(slot -> slot.pinned() == pinned).toList();
    int offset = pinned ? 0 : list.size() - group.size();
    int index =
        switch (target) {
          case Target.Top top -> 0;
          case Target.Bottom bottom -> group.size();
          case Target.Index at -> at.index() - offset;
          case Target.Before before -> indexOf(list, before.itemId(), "before") - offset;
          case Target.After after -> indexOf(list, after.itemId(), "after") + 1 - offset;
        };
    int at = Math.clamp(index, 0, group.size());
    if (group.isEmpty()) {
      return new Placed(0, 0, Map.of());
    }
    if (at == 0) {
      return new Placed(at, group.getFirst().rank() - GAP, Map.of());
    }
    if (at == group.size()) {
      return new Placed(at, group.getLast().rank() + GAP, Map.of());
    }
    long low = group.get(at - 1).rank();
    long high = group.get(at).rank();
    return high - low > 1
        ? new Placed(at, low + (high - low) / 2, Map.of())
        : renumbered(group, at);
  }

  private static int indexOf(List<Slot> list, String itemId, String field) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i).itemId().equals(itemId)) {
        return i;
      }
    }
    throw Failure.body(field, "must be another item of the list");
  }

  private static Placed renumbered(List<Slot> group, int at) {
    Map<String, Long> ranks = new LinkedHashMap<>();
    for (int i = 0; i < group.size(); i++) {
      ranks.put(group.get(i).itemId(), GAP * (i < at ? i : i + 1));
    }
    return new Placed(at, GAP * at, ranks);
  }

  /** The list in its new order: the named items first, as far as pins allow. */
  static List<Slot> ordered(List<Slot> list, List<String> first) {
    Map<String, Slot> byId = new LinkedHashMap<>();
    list.forEach(slot -> byId.put(slot.itemId(), slot));
    Map<String, Slot> order = new LinkedHashMap<>();
    for (String id : first) {
      Slot slot = byId.get(id);
      if (slot != null) {
        order.put(id, slot);
      }
    }
    byId.forEach(order::putIfAbsent);
    List<Slot> result = new ArrayList<>(list.size());
    order.values().stream().filter(Slot::pinned).forEach(result::add);
    order.values().stream().filter(slot -> !slot.pinned()).forEach(result::add);
    return result;
  }

  /** The fewest items that must have moved to turn one order into the other. */
  static List<String> moved(List<Slot> before, List<Slot> after) {
    Map<String, Integer> place = new LinkedHashMap<>();
    before.forEach(slot -> place.put(slot.itemId(), place.size()));
    // Items of a longest rising run of old places stood still: patience sorting.
    int size = after.size();
    int[] old = after.stream().mapToInt(slot -> place.getOrDefault(slot.itemId(), 0)).toArray();
    int[] tops = new int[size];
    int[] topAt = new int[size];
    int[] previous = new int[size];
    int piles = 0;
    for (int i = 0; i < size; i++) {
      int found = Arrays.binarySearch(tops, 0, piles, old[i]);
      int pile = found < 0 ? -found - 1 : found;
      tops[pile] = old[i];
      topAt[pile] = i;
      previous[i] = pile == 0 ? -1 : topAt[pile - 1];
      piles = Math.max(piles, pile + 1);
    }
    boolean[] still = new boolean[size];
    for (int i = piles == 0 ? -1 : topAt[piles - 1]; i >= 0; i = previous[i]) {
      still[i] = true;
    }
    List<String> moved = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      if (!still[i]) {
        moved.add(after.get(i).itemId());
      }
    }
    return moved;
  }
}
