package dev.catchment.insight;

import dev.catchment.json.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An answer to a {@link Question}.
 *
 * @param rows the first groups in the order that was asked for
 * @param groups how many groups there are in all
 * @param scanned how many records were looked at, the newest first
 * @param matched how many of them were wanted
 * @param bounds which bounds were met, so that the answer is not of all records or not exact:
 *     {@code records}, {@code time}, {@code groups}, {@code distinct}; empty for none
 */
public record Aggregates(
    List<Row> rows, int groups, long scanned, long matched, List<String> bounds) {
  /**
   * One group.
   *
   * @param bucket where its span of time begins, in milliseconds since 1970; null for no time
   * @param group one for each path of the grouping; empty where it leads nowhere
   * @param values the metrics by name
   */
  public record Row(@Nullable Long bucket, List<Optional<Json>> group, Json.Obj values) {
    /** The grouping by path; a path that leads nowhere has no member. */
    public Json.Obj shown(Question question) {
      return Group.shown(question, this);
    }
  }
}
