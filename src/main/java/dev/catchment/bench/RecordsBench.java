package dev.catchment.bench;

import dev.catchment.json.Json;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Fills one collection with many records and measures what is asked of it: reading, searching,
 * exporting, backfilling, rebuilding and following it, and the list of many collections.
 */
final class RecordsBench {
  private static final int QUESTIONS = 1_000;
  private static final int SEARCHES = 100;
  private static final int LISTS = 60;
  private static final int PAGES_DEEP = 400;
  private static final int PAGE = 100;
  private static final long POLL_MILLIS = 50;

  /** A search that must look at all records still takes more than that. */
  private static final long SEARCH_READY_MICROS = 200_000;

  /** Searches while the index is built would slow the building. */
  private static final long SEARCH_POLL_MILLIS = 2_000;

  private static final long LONG_MILLIS_MAX = 1_800_000;
  private static final double CHANGES_PER_S = 200;

  private final Bench bench;
  private final Target target;
  private final String source;
  private final String collection;
  private final Asker asker;
  private final List<String> faults = new ArrayList<>();

  RecordsBench(Bench bench) {
    this.bench = bench;
    this.target = bench.target();
    this.source = target.createSource(bench.slug("source"));
    this.collection =
        target.createCollection(
            bench.slug("collection"),
            source,
            Json.object().put("indexes", Json.texts(List.of("seq"))).build());
    this.asker = target.asker(bench.ticks());
  }

  /** Runs it from the first event to the last list. */
  Figures run() throws IOException {
    Figures.Extras extras = new Figures.Extras();
    try (Generator generator = bench.generator(source)) {
      long from = bench.ticks().getAsLong();
      long records = bench.options().records;
      Meter meter = new Meter(bench.node());
      Tally load = generator.run(Pass.of(records, LONG_MILLIS_MAX));
      catchUp();
      double perSecond = records * 1e9 / (bench.ticks().getAsLong() - from);
      extras.put("records", records).put("events_into_records_per_s", perSecond);
      meter.addTo(extras, load.issued());
      read(extras);
      // Before the rebuild: what it replaces is removed beside whatever comes after it.
      changes(extras, "change", generator);
      filter(extras);
      // From the first search on, the texts of what changes are indexed meanwhile.
      changes(extras, "searched_change", generator);
      lists(extras);
      whole(extras, records);
      faults.addAll(0, bench.answerFaults());
      return new Figures(
          perSecond,
          load.latencies(),
          target.collection(collection).seen(),
          Math.max(0, bench.ledger().acknowledgedCount() - target.collection(collection).seen()),
          0,
          faults,
          extras);
    }
  }

  private void catchUp() {
    Pause.until(
        () -> target.collection(collection).seen() >= bench.ledger().acknowledgedCount(),
        bench.ticks(),
        POLL_MILLIS,
        LONG_MILLIS_MAX);
  }

  private String path(String rest) {
    return "/v1/collections/" + collection + rest;
  }

  private int anyKey() {
    return bench.surroundings().random().nextInt(bench.options().records);
  }

  private void read(Figures.Extras extras) {
    put(
        extras,
        "point_read",
        asker.time(
            QUESTIONS, 200, i -> Asker.Question.of(path("/records/k%08d".formatted(anyKey())))));
    put(
        extras,
        "first_page",
        asker.time(QUESTIONS, 200, i -> Asker.Question.of(path("/records?limit=" + PAGE))));
    String cursor = "";
    for (int page = 0; page < PAGES_DEEP; page++) {
      Json.Obj answer = asker.object(path("/records?limit=" + PAGE + cursor));
      if (!(answer.get("next_cursor") instanceof Json.Str next)) {
        return;
      }
      cursor = "&cursor=" + encoded(next.value());
    }
    String deep = path("/records?limit=" + PAGE + cursor);
    put(extras, "deep_page", asker.time(QUESTIONS, 200, i -> Asker.Question.of(deep)));
  }

  private void filter(Figures.Extras extras) {
    put(
        extras,
        "where",
        asker.time(
            SEARCHES,
            200,
            i -> {
              String rules =
                  "[{\"field\":\"seq\",\"op\":\"eq\",\"value\":\"%012d\"}]".formatted(anyKey());
              return Asker.Question.of(path("/records?where=" + encoded(rules)));
            }));
    // The first search may only begin to build what later ones use.
    long asked = bench.ticks().getAsLong();
    Pause.until(
        () ->
            asker
                    .time(
                        1,
                        200,
                        i -> Asker.Question.of(path("/records?search=k%08d".formatted(anyKey()))))
                    .getMaxValue()
                < SEARCH_READY_MICROS,
        bench.ticks(),
        SEARCH_POLL_MILLIS,
        LONG_MILLIS_MAX);
    extras.put("search_ready_s", (bench.ticks().getAsLong() - asked) / 1e9);
    put(
        extras,
        "search",
        asker.time(
            SEARCHES,
            200,
            i -> Asker.Question.of(path("/records?search=k%08d".formatted(anyKey())))));
  }

  private void whole(Figures.Extras extras, long records) {
    long before = bench.ticks().getAsLong();
    long lines = asker.lines(path("/export?format=ndjson"));
    extras.put("export_per_s", lines * 1e9 / (bench.ticks().getAsLong() - before));
    faults.addAll(Balance.count("exported records", lines, records, records));
    extras.put("backfill_per_s", backfill("restart"));
    extras.put("rebuild_per_s", backfill("rebuild"));
    long left = target.collection(collection).records();
    faults.addAll(Balance.count("records after a rebuild", left, records, records));
  }

  /** Reads all events again; events a second. */
  private double backfill(String how) {
    long before = bench.ticks().getAsLong();
    target.backfill(collection, Json.object().put(how, true).build());
    Pause.until(
        () -> target.backfill(collection).isOver(), bench.ticks(), POLL_MILLIS, LONG_MILLIS_MAX);
    Target.Backfill state = target.backfill(collection);
    if (!state.status().equals("completed")) {
      faults.add("a backfill ended as " + state.status());
    }
    return state.progress() * 1e9 / (bench.ticks().getAsLong() - before);
  }

  /** As with questions, a first round is not counted. */
  private void changes(Figures.Extras extras, String name, Generator generator) throws IOException {
    follow(generator);
    put(extras, name, follow(generator));
  }

  private Histogram follow(Generator generator) throws IOException {
    try (ChangeStream stream = new ChangeStream(target, collection, bench.ticks())) {
      Tally tally = generator.run(Pass.open(CHANGES_PER_S, bench.options().nanos()));
      catchUp();
      Pause.until(
          () -> stream.changes() >= tally.issued(), bench.ticks(), POLL_MILLIS, POLL_MILLIS * 20);
      faults.addAll(
          Balance.count("changes told", stream.changes(), tally.issued() / 2, tally.issued()));
      return stream.latencies();
    }
  }

  private void lists(Figures.Extras extras) {
    for (int i = 0; i < bench.options().collections; i++) {
      target.createCollection(bench.slug("one"), source, Json.object().build());
    }
    extras.put("collections", bench.options().collections);
    put(extras, "list", asker.time(LISTS, 200, i -> Asker.Question.of("/v1/collections")));
    String tag = asker.tag("/v1/collections");
    put(
        extras,
        "unchanged_list",
        asker.time(QUESTIONS, 304, i -> new Asker.Question("/v1/collections", tag)));
  }

  private static void put(Figures.Extras extras, String name, Histogram micros) {
    extras
        .put(name + "_p50_ms", micros.getValueAtPercentile(50) / 1_000.0)
        .put(name + "_p99_ms", micros.getValueAtPercentile(99) / 1_000.0);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
