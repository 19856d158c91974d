package dev.catchment.insight;

import dev.catchment.json.Json;
import java.util.List;

/**
 * One field of the sampled records.
 *
 * @param path with dots, and {@code []} for the elements of an array
 * @param types names of JSON types, the most frequent first
 * @param count how many of the records have it
 * @param presence the share of the records that have it, 0 to 1
 * @param nullable whether it was null somewhere
 * @param example the newest scalar that is not null, strings cut to 200 characters; JSON null for
 *     none
 * @param format what all its strings are in the words of JSON Schema; empty for nothing
 */
public record Field(
    String path,
    List<String> types,
    int count,
    double presence,
    boolean nullable,
    Json example,
    String format) {
  static Field of(FieldNode node, int records) {
    return new Field(
        node.path(),
        node.types().stream().map(JsonType::word).toList(),
        node.records(),
        share(node.records(), records),
        node.isNullable(),
        node.example(),
        node.format().word());
  }

  /** A share with four digits behind the point, and exactly 1 only for all. */
  static double share(int some, int all) {
    double rounded = Math.round(10_000.0 * some / all) / 10_000.0;
    return some < all ? Math.min(rounded, 0.9999) : rounded;
  }
}
