package dev.catchment.feedapi;

import dev.catchment.feeds.ContentType;
import dev.catchment.http.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of the list.
 *
 * @param page from 0
 * @param type null for all
 */
record ListQuery(int page, int pageSize, @Nullable ContentType type) {
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,10}");
  private static final int PAGE_SIZE = 20;
  private static final int PAGE_SIZE_MAX = 100;

  /** What the parameters say: a query, or every rule they break in the order of the contract. */
  sealed interface Read {
    /** All is well. */
    record Good(ListQuery query) implements Read {}

    /** Names and what they must be. */
    record Broken(List<Map.Entry<String, String>> fields) implements Read {}
  }

  static Read read(Query query) {
    List<Map.Entry<String, String>> broken = new ArrayList<>();
    Optional<Integer> page =
        one(
            query,
            "page",
            text -> number(text, 0, Integer.MAX_VALUE),
            "Must be a non-negative integer",
            broken);
    Optional<Integer> pageSize =
        one(
            query,
            "pageSize",
            text -> number(text, 1, PAGE_SIZE_MAX),
            "Must be between 1 and 100",
            broken);
    Optional<ContentType> type =
        one(
            query,
            "contentType",
            ContentType::find,
            "Must be one of: " + String.join(", ", ContentType.words()),
            broken);
    return broken.isEmpty()
        ? new Read.Good(
            new ListQuery(page.orElse(0), pageSize.orElse(PAGE_SIZE), type.orElse(null)))
        : new Read.Broken(broken);
  }

  private static <T> Optional<T> one(
      Query query,
      String name,
      Function<String, Optional<T>> parse,
      String rule,
      List<Map.Entry<String, String>> broken) {
    List<String> values = query.all(name);
    if (values.isEmpty()) {
      return Optional.empty();
    }
    if (values.size() > 1) {
      broken.add(Map.entry(name, "Must be given once"));
      return Optional.empty();
    }
    Optional<T> value = parse.apply(values.getFirst());
    if (value.isEmpty()) {
      broken.add(Map.entry(name, rule));
    }
    return value;
  }

  private static Optional<Integer> number(String text, int min, int max) {
    if (!DIGITS.matcher(text).matches()) {
      return Optional.empty();
    }
    long value = Long.parseLong(text);
    return value < min || value > max ? Optional.empty() : Optional.of((int) value);
  }
}
