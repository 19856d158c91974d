package dev.catchment.live;

import dev.catchment.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What nodes tell each other by the notices of commits, as text. */
sealed interface LiveNotice {
  /** Bytes of marks in one notice: the stores carry 8,000 with what stands around them. */
  int MARKS_BYTES_MAX = 7_000;

  /** Subscribers of a node want these. */
  record Wanted(List<String> names) implements LiveNotice {}

  /** A node asks what the others want. */
  record Ask() implements LiveNotice {}

  /** Notices may have been lost. */
  record Lost() implements LiveNotice {}

  /** Something changed. */
  record Changed(Tellers.Change kind, String of, List<String> marks) implements LiveNotice {
    String name() {
      return Watch.name(kind, of);
    }
  }

  static String wanted(List<String> names) {
    return "w" + String.join(",", names);
  }

  static String ask() {
    return "?";
  }

  /** Notices that together hold all marks. */
  static List<String> changed(Tellers.Change kind, String of, List<String> marks) {
    List<String> notices = new ArrayList<>();
    List<String> some = new ArrayList<>();
    int bytes = 0;
    for (String mark : marks) {
      int size = Json.of(mark).bytes().length + 1;
      if (!some.isEmpty() && (bytes + size > MARKS_BYTES_MAX || some.size() == Changes.MARKS_MAX)) {
        notices.add(text(kind, of, some));
        some.clear();
        bytes = 0;
      }
      some.add(mark);
      bytes += size;
    }
    if (!some.isEmpty()) {
      notices.add(text(kind, of, some));
    }
    return notices;
  }

  private static String text(Tellers.Change kind, String of, List<String> marks) {
    return kind.name().charAt(0) + of + " " + Json.texts(marks).text();
  }

  /** Reads a notice; empty for one of a newer server. */
  static Optional<LiveNotice> parse(String subject) {
    if (subject.isEmpty()) {
      return Optional.of(new Lost());
    }
    String rest = subject.substring(1);
    return switch (subject.charAt(0)) {
      case '?' -> Optional.of(new Ask());
      case 'w' -> Optional.of(new Wanted(Arrays.asList(rest.split(",", -1))));
      default -> changed(subject.charAt(0), rest);
    };
  }

  private static Optional<LiveNotice> changed(char letter, String rest) {
    int space = rest.indexOf(' ');
    return Arrays.stream(Tellers.Change.values())
        .filter(kind -> kind.name().charAt(0) == letter && space > 0)
        .findFirst()
        .flatMap(kind ->
            Json.parse(rest.substring(space + 1).getBytes(StandardCharsets.UTF_8))
                .map(marks -> new Changed(kind, rest.substring(0, space), texts(marks))));
  }

  private static List<String> texts(Json marks) {
    return marks instanceof Json.Arr array
        ? array.items().stream().map(item -> ((Json.Str) item).value()).toList()
        : List.of();
  }
}
