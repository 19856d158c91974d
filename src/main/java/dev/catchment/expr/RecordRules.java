package dev.catchment.expr;

import dev.catchment.base.Times;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A compiled rule set over records: the conditions of {@link FilterRules} on paths of records.
 * Columns of times may be ordered against the text of a time, and equal it however it is written.
 * Immutable, safe for use by several threads.
 */
public final class RecordRules {
  /** The most rules of one set, those in groups included. */
  public static final int RULES_MAX = 20;

  private static final RecordRules NONE = new RecordRules(List.of());

  private final List<Predicate<RecordView>> conditions;
  private final Map<RecordPath, List<KeyRange>> ranges;

  private RecordRules(List<Condition> parsed) {
    this.conditions = parsed.stream().map(RecordRules::compiled).toList();
    this.ranges = ranges(parsed);
  }

  /** The set that matches everything. */
  public static RecordRules none() {
    return NONE;
  }

  /** The rules in the text of a query parameter: a JSON array. Anything else is its failure. */
  public static RecordRules parse(String text, String parameter) {
    RuleParser parser = RuleParser.ofQuery(parameter, RULES_MAX);
    return new RecordRules(parser.parse(Json.parse(text).orElseThrow(parser::notAnArray)));
  }

  /** Why a record's rule cannot be; empty when it can. */
  static Optional<String> objection(FieldPath field, Op op, Json value) {
    RecordPath.Column column = RecordPath.of(field).column();
    boolean ordering = op == Op.GT || op == Op.GTE || op == Op.LT || op == Op.LTE;
    if (column == null || !column.isTime() || !ordering) {
      return op.objection(value);
    }
    return value instanceof Json.Str text && millis(text.value()).isPresent()
        ? Optional.empty()
        : Optional.of("an ISO 8601 time with an offset");
  }

  /** Milliseconds since 1970 of a time that the store can hold. */
  static Optional<Long> millis(String text) {
    return Times.parse(text);
  }

  private static Predicate<RecordView> compiled(Condition condition) {
    return switch (condition) {
      case Condition.Rule rule -> rule(RecordPath.of(rule.path()), rule.op(), rule.value());
      case Condition.All all -> {
        List<Predicate<RecordView>> members =
            all.members().stream().map(RecordRules::compiled).toList();
        yield record -> members.stream().allMatch(member -> member.test(record));
      }
      case Condition.Any any -> {
        List<Predicate<RecordView>> members =
            any.members().stream().map(RecordRules::compiled).toList();
        yield record -> members.stream().anyMatch(member -> member.test(record));
      }
      case Condition.Not not -> compiled(not.member()).negate();
    };
  }

  private static Predicate<RecordView> rule(RecordPath path, Op op, Json value) {
    RecordPath.Column column = path.column();
    if (column == null || !column.isTime()) {
      return record -> op.holds(path.find(record), value);
    }
    return switch (op) {
      case GT, GTE, LT, LTE -> {
        Json bound = number(millis(((Json.Str) value).value()).orElseThrow());
        yield record ->
            op.holds(
                Optional.of(number(RecordPath.time(path.sortKey(record)).orElseThrow())), bound);
      }
      default -> {
        Json same = uniform(value);
        yield record -> op.holds(path.find(record), same);
      }
    };
  }

  private static Json number(long value) {
    return Json.of(value);
  }

  /** The value with its times written as records show them. */
  private static Json uniform(Json value) {
    return switch (value) {
      case Json.Str text -> millis(text.value()).map(RecordView::time).orElse(text);
      case Json.Arr array -> Json.array(array.items().stream().map(RecordRules::uniform).toList());
      default -> value;
    };
  }

  private static Map<RecordPath, List<KeyRange>> ranges(List<Condition> parsed) {
    Map<RecordPath, List<KeyRange>> ranges = new LinkedHashMap<>();
    for (Condition condition : parsed) {
      if (condition instanceof Condition.Rule rule) {
        RecordPath path = RecordPath.of(rule.path());
        List<KeyRange> own = KeyRange.of(path, rule.op(), rule.value());
        if (!own.isEmpty()) {
          ranges.merge(path, own, RecordRules::both);
        }
      }
    }
    return ranges;
  }

  /** Where both hold, as far as that is simple: two single ranges are cut to what they share. */
  private static List<KeyRange> both(List<KeyRange> one, List<KeyRange> other) {
    if (one.size() > 1 || other.size() > 1) {
      return one.size() <= other.size() ? one : other;
    }
    List<KeyRange> shared = new ArrayList<>();
    shared.add(one.getFirst().within(other.getFirst()));
    return shared;
  }

  /** Whether every condition holds. */
  public boolean matches(RecordView record) {
    for (Predicate<RecordView> condition : conditions) {
      if (!condition.test(record)) {
        return false;
      }
    }
    return true;
  }

  /** Whether there is no rule, so that everything matches. */
  public boolean isEmpty() {
    return conditions.isEmpty();
  }

  /**
   * For paths the ranges of sort keys outside of which nothing matches. A path that restricts
   * nothing is left out.
   */
  public Map<RecordPath, List<KeyRange>> ranges() {
    return ranges;
  }
}
