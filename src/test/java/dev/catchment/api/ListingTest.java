package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.http.Answer;
import dev.catchment.http.Query;
import dev.catchment.http.Response;
import dev.catchment.http.Streamed;
import dev.catchment.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ListingTest {
  private static final Listing<String> LISTING =
      new Listing<>("things", id -> id, id -> Json.object().put("id", id).build());

  private static final Map.Entry<String, String> TAG = Map.entry("ETag", "\"stamp\"");

  /** How many rows each read brought into memory. */
  private final List<Integer> read = new ArrayList<>();

  @Test
  void allRowsAreWrittenInOrderAndNeverHeldAllAtOnce() throws IOException {
    for (int count : new int[] {0, 1, 499, 500, 501, 1_000, 1_001, 2_345}) {
      read.clear();

      Json answer = Json.read(streamed("", count));

      assertThat(answer)
          .as("%d rows", count)
          .isEqualTo(
              Json.object()
                  .put(
                      "things",
                      new Json.Arr(
                          ids(count).stream()
                              .<Json>map(id -> Json.object().put("id", id).build())
                              .toList()))
                  .build());
      assertThat(read).allMatch(rows -> rows <= 501);
    }
  }

  @Test
  void onlyWhatIsMoreThanOnePieceIsWrittenWhileItIsRead() {
    for (String query : List.of("", "limit=2", "cursor=" + Cursor.of(id(2)))) {
      assertThat(stream(query, 500))
          .as(query)
          .isInstanceOfSatisfying(
              Response.class,
              whole -> {
                assertThat(whole.status()).isEqualTo(200);
                assertThat(whole.headers())
                    .containsExactly(Map.entry("Content-Type", "application/json"), TAG);
              });
    }
    assertThat(stream("", 501))
        .isInstanceOfSatisfying(
            Streamed.class,
            streamed ->
                assertThat(streamed.headers())
                    .containsExactly(Map.entry("Content-Type", "application/json"), TAG));
  }

  @Test
  void aPageIsThatOfTheWholeAnswer() throws IOException {
    assertThat(streamed("limit=2", 5))
        .isEqualTo(
            "{\"things\":[{\"id\":\"%s\"},{\"id\":\"%s\"}],\"has_more\":true,\"next_cursor\":\"%s\"}",
            id(5), id(4), Cursor.of(id(4)));
    assertThat(streamed("cursor=" + Cursor.of(id(2)), 5))
        .isEqualTo("{\"things\":[{\"id\":\"%s\"}],\"has_more\":false,\"next_cursor\":null}", id(1));
  }

  @Test
  void whatIsWrongWithTheQuestionIsSaidBeforeTheAnswerBegins() {
    assertThatThrownBy(() -> stream("limit=none", 5)).isInstanceOf(Failure.class);
    Listing.Rows<String> unknown =
        (below, limit) -> {
          throw Failure.notFound("Source");
        };
    assertThatThrownBy(() -> LISTING.stream(new Params(Query.parse("")), unknown, TAG))
        .isInstanceOf(Failure.class);
  }

  private String streamed(String query, int count) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    switch (stream(query, count)) {
      case Response whole -> out.writeBytes(whole.body());
      case Streamed streamed -> streamed.body().write(out);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private Answer stream(String query, int count) {
    return LISTING.stream(
        new Params(Query.parse(query)), (below, limit) -> rows(count, below, limit), TAG);
  }

  /** As the store answers: newest first, up to one more than the limit. */
  private List<String> rows(int count, @Nullable String below, @Nullable Integer limit) {
    List<String> rows =
        ids(count).stream()
            .filter(id -> below == null || id.compareTo(below) < 0)
            .limit(limit == null ? Long.MAX_VALUE : limit + 1)
            .toList();
    read.add(rows.size());
    return rows;
  }

  private static String id(int number) {
    return "%032x".formatted(number);
  }

  private static List<String> ids(int count) {
    return IntStream.range(0, count).mapToObj(i -> id(count - i)).toList();
  }
}
