package dev.catchment.insight;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the fields of recent records differ from those of records before them. Pure.
 *
 * @param appeared fields that only recent records have
 * @param vanished fields that only the records before have
 * @param changed fields whose types differ
 */
public record Drift(List<OneSided> appeared, List<OneSided> vanished, List<Changed> changed) {
  /**
   * A field of one sample.
   *
   * @param byChance how likely the other sample would be without it by chance alone, had as many of
   *     all records the field as here, 0 to 1
   */
  public record OneSided(Field field, double byChance) {}

  /** A field whose types in the two samples are not the same. */
  public record Changed(Field before, Field recent) {}

  /** Compares two samples; one that is empty tells nothing. */
  public static Drift between(FieldTree before, FieldTree recent) {
    if (before.records() == 0 || recent.records() == 0) {
      return new Drift(List.of(), List.of(), List.of());
    }
    Map<String, Field> old = byPath(before);
    Map<String, Field> young = byPath(recent);
    List<Changed> changed = new ArrayList<>();
    young.forEach((path, field) -> {
      Field earlier = old.get(path);
      if (earlier != null && !new HashSet<>(earlier.types()).equals(new HashSet<>(field.types()))) {
        changed.add(new Changed(earlier, field));
      }
    });
    return new Drift(
        oneSided(young, old, before.records()), oneSided(old, young, recent.records()), changed);
  }

  private static Map<String, Field> byPath(FieldTree tree) {
    Map<String, Field> fields = new LinkedHashMap<>();
    tree.fields().forEach(field -> fields.put(field.path(), field));
    return fields;
  }

  private static List<OneSided> oneSided(
      Map<String, Field> these, Map<String, Field> others, int otherRecords) {
    return these.values().stream()
        .filter(field -> !others.containsKey(field.path()))
        .map(field -> new OneSided(field, chance(field.presence(), otherRecords)))
        .toList();
  }

  private static double chance(double presence, int records) {
    return Math.round(Math.pow(1 - presence, records) * 10_000.0) / 10_000.0;
  }
}
