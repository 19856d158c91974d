package dev.catchment.collections;

import dev.catchment.db.TextIndex;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The runs of a searched text that leave the most records out. Those that stand in every record,
 * such as parts of member names, are as long to look up as they are of no use; a sample of the
 * records tells them apart.
 */
final class RareRuns {
  private static final int SAMPLE_ROWS = 100;
  private static final int SAMPLE_CHARACTERS = 1 << 18;

  /** More seldom leave more out. */
  private static final int RUNS_MAX = 5;

  private RareRuns() {}

  /** The rarest, as far as the records last updated tell. */
  static List<String> of(Tx tx, long generation, Needle needle) {
    List<String> runs = TextIndex.runs(needle.folded());
    if (runs.size() <= 1) {
      return runs;
    }
    Map<String, Integer> counts = new HashMap<>();
    int[] characters = {0};
    Walk.newestFirst(generation)
        .each(
            tx,
            null,
            SAMPLE_ROWS,
            row -> {
              String data = row.string("data");
              characters[0] += data.length();
              if (characters[0] <= SAMPLE_CHARACTERS) {
                String text = Needle.fold(row.string("record_key") + "\n" + data);
                runs.stream()
                    .filter(text::contains)
                    .forEach(run -> counts.merge(run, 1, Integer::sum));
              }
              return characters[0] < SAMPLE_CHARACTERS;
            });
    List<String> rarest = new ArrayList<>(runs);
    rarest.sort(Comparator.comparingInt(run -> counts.getOrDefault(run, 0)));
    return rarest.subList(0, Math.min(RUNS_MAX, rarest.size()));
  }
}
