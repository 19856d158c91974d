package dev.catchment.house;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the tables of a Markdown text that the house tests take as law. */
final class Tables {
  private Tables() {}

  /** For each room, in order, the rooms it may import: rows under {@code | Room | ... |}. */
  static Map<String, Set<String>> rooms(String markdown) {
    Map<String, Set<String>> rooms = new LinkedHashMap<>();
    for (List<String> row : rows(markdown, "Room")) {
      Set<String> named =
          row.getLast().equals("everything") ? new LinkedHashSet<>(rooms.keySet()) : names(row);
      if (rooms.put(row.getFirst(), named) != null) {
        throw new IllegalArgumentException("Two rows for room " + row.getFirst());
      }
    }
    return rooms;
  }

  /** For each package of a library the rooms that may use it: rows under {@code | Packages |}. */
  static Map<String, Set<String>> libraries(String markdown) {
    Map<String, Set<String>> libraries = new LinkedHashMap<>();
    for (List<String> row : rows(markdown, "Packages")) {
      for (String prefix : row.getFirst().split(", ")) {
        libraries.put(prefix, names(row));
      }
    }
    return libraries;
  }

  private static Set<String> names(List<String> row) {
    return row.getLast().equals("–")
        ? Set.of()
        : new LinkedHashSet<>(Arrays.asList(row.getLast().split(", ")));
  }

  private static List<List<String>> rows(String markdown, String head) {
    return markdown
        .lines()
        .dropWhile(line -> !line.startsWith("| " + head + " |"))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line.substring(1, line.lastIndexOf('|')))
        .map(line -> Arrays.stream(line.split("\\|")).map(String::strip).toList())
        .toList();
  }
}
