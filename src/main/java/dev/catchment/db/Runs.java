package dev.catchment.db;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The runs of three characters, by code points, of which a text is made. */
final class Runs {
  private Runs() {}

  /** All that are different. */
  static List<String> all(String text) {
    Set<String> runs = new LinkedHashSet<>();
    int start = 0;
    int end = 0;
    int points = 0;
    while (end < text.length()) {
      end += Character.charCount(text.codePointAt(end));
      points++;
      if (points > TextIndex.PART_MIN) {
        start += Character.charCount(text.codePointAt(start));
      }
      if (points >= TextIndex.PART_MIN) {
        runs.add(text.substring(start, end));
      }
    }
    return List.copyOf(runs);
  }

  /** Some of them, spread over the text, when there are many. */
  static List<String> of(String part) {
    List<String> all = all(part);
    if (all.size() <= TextIndex.RUNS_MAX) {
      return all;
    }
    List<String> some = new ArrayList<>();
    for (int i = 0; i < TextIndex.RUNS_MAX; i++) {
      some.add(all.get((int) ((long) i * all.size() / TextIndex.RUNS_MAX)));
    }
    return some;
  }
}
