package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Times;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FoldTest {
  private static final String DELETE =
      "\"delete_when\":[{\"field\":\"type\",\"op\":\"eq\",\"value\":\"gone\"}]";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"a\"                  | a",
        "\"1\"                  | 1",
        "1                      | 1",
        "1.0                    | 1",
        "1e3                    | 1000",
        "1E+3                   | 1000",
        "0.00                   | 0",
        "-0                     | 0",
        "-0.0e5                 | 0",
        "-1.50                  | -1.5",
        "1e-3                   | 0.001",
        "12345678901234567890   | 12345678901234567890",
        "1234567890.12345678901234567890123 | 1234567890.12345678901234567890123",
        "true                   | true",
        "false                  | false",
        "\" \"                  | ` `",
        "\"\\u00e9\\ud83d\\ude00\" | é😀",
        "\"a\\u0000b\"          | a\uFFFDb",
        "\"a\\ud800b\"          | a\uFFFDb",
      })
  void aTextNumberOrBooleanIsAKey(String value, String key) {
    assertThat(change("{\"id\":" + value + "}").key()).isEqualTo(key);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                     | key_missing",
        "{\"ID\":1}             | key_missing",
        "{\"id\":null}          | key_missing",
        "{\"id\":{}}            | key_type",
        "{\"id\":{\"id\":1}}    | key_type",
        "{\"id\":[]}            | key_type",
        "{\"id\":[1]}           | key_type",
        "{\"id\":\"\"}          | key_empty",
        "{\"id\":1e999999999}   | key_too_long",
        "{\"id\":1e99999999999999999999} | key_too_long",
        "{\"id\":-1e-999999999} | key_too_long",
        "{\"id\":1e-99999999999999999999} | key_too_long",
        "[1]                    | key_missing",
        "1                      | key_missing",
        "``                     | body_not_parsed",
        "{\"id\":1              | body_not_parsed",
        "{\"id\":1} x           | body_not_parsed",
        "id=1                   | body_not_parsed",
      })
  void withoutAUsableKeyAnEventIsSkippedForAReason(String body, String reason) {
    assertThat(fold("{}", body)).isEqualTo(new Fold.Outcome.Skipped(reason));
  }

  @Test
  void aKeyMayBe1024BytesLong() {
    assertThat(change(withKey("a".repeat(1_024))).key()).hasSize(1_024);
    assertThat(change(withKey("é".repeat(512))).key()).hasSize(512);
    assertThat(change(withKey("😀".repeat(256))).key()).hasSize(512);
    assertThat(change("{\"id\":" + "9".repeat(1_024) + "}").key()).hasSize(1_024);
    for (String key :
        new String[] {
          "a".repeat(1_025), "é".repeat(512) + "a", "😀".repeat(257), "a".repeat(9_999)
        }) {
      assertThat(fold("{}", withKey(key))).isEqualTo(new Fold.Outcome.Skipped("key_too_long"));
    }
    assertThat(fold("{}", "{\"id\":" + "9".repeat(1_025) + "}"))
        .isEqualTo(new Fold.Outcome.Skipped("key_too_long"));
  }

  @Test
  void aFormAndAHeaderMayHoldTheKey() {
    var form =
        Events.stored(
            1, Events.RECEIVED, "application/x-www-form-urlencoded", "{}", "id=a+b&type=t&x=1&x=2");
    Fold.Outcome.Change change = (Fold.Outcome.Change) Events.fold(Events.spec("id", "{}"), form);
    assertThat(change.key()).isEqualTo("a b");
    assertThat(change.eventType()).isEqualTo("t");
    assertThat(text(change)).isEqualTo("{\"id\":\"a b\",\"type\":\"t\",\"x\":[\"1\",\"2\"]}");
    assertThat(Events.fold(Events.spec("x", "{}"), form))
        .isEqualTo(new Fold.Outcome.Skipped("key_type"));

    var json = Events.json(1, "{\"v\":1}");
    assertThat(((Fold.Outcome.Change) Events.fold(Events.spec("headers.X-Id", "{}"), json)).key())
        .isEqualTo("h1");
    assertThat(Events.fold(Events.spec("headers.x-no", "{}"), json))
        .isEqualTo(new Fold.Outcome.Skipped("key_missing"));
    assertThat(Events.fold(Events.spec("headers.x-id", "{}"), Events.json(1, "no json")))
        .isEqualTo(new Fold.Outcome.Skipped("body_not_parsed"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1772357400                       | 2026-03-01T09:30:00.000Z",
        "1772357400.1239                  | 2026-03-01T09:30:00.123Z",
        "1.7723574e9                      | 2026-03-01T09:30:00.000Z",
        "1772357400123                    | 2026-03-01T09:30:00.123Z",
        "1772357400123.9                  | 2026-03-01T09:30:00.123Z",
        "100000000000                     | 1973-03-03T09:46:40.000Z",
        "0                                | 1970-01-01T00:00:00.000Z",
        "-1                               | 1969-12-31T23:59:59.000Z",
        "-0.5                             | 1969-12-31T23:59:59.500Z",
        "\"1772357400\"                   | 2026-03-01T09:30:00.000Z",
        "\" 1772357400.5 \"               | 2026-03-01T09:30:00.500Z",
        "\"1772357400123\"                | 2026-03-01T09:30:00.123Z",
        "\"2026-03-01T10:30:00+01:00\"    | 2026-03-01T09:30:00.000Z",
        "\"2026-03-01\"                   | 2026-03-01T00:00:00.000Z",
        "\"2026-03-02T09:30:00.000Z\"     | 2026-03-02T09:30:00.000Z",
        "1772443800                       | 2026-03-02T09:30:00.000Z",
        "\"0000-01-01\"                   | 0000-01-01T00:00:00.000Z",
      })
  void aSendersTimeIsReadInEachOfItsForms(String value, String time) {
    Fold.Outcome.Change change = at(value);
    assertThat(Times.format(change.sourceEventAt())).isEqualTo(time);
    assertThat(change.timeFellBack()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "{}",
        "[1772357400]",
        "\"\"",
        "\"soon\"",
        "\"2026-03-01T09:30:00\"",
        "\"2026-02-30\"",
        "\"2026-03-02T09:30:00.001Z\"",
        "1772443800.001",
        "99999999999",
        "1e18",
        "1e999999999",
        "1e99999999999999999999",
        "1e-999999999",
        "-1e17",
        "-1772357400000",
        "-999999999999999999",
        "\"-0001-01-01T00:00:00Z\"",
        "\"NaN\"",
        "17723574000000000000000000000000000000000000000000",
      })
  void aTimeThatCannotBeBelievedFallsBackToTheReceipt(String value) {
    Fold.Outcome.Change change = at(value);
    assertThat(change.sourceEventAt()).isEqualTo(Events.RECEIVED);
    assertThat(change.timeFellBack()).isTrue();
  }

  @Test
  void withoutATimePathNothingFallsBack() {
    Fold.Outcome.Change change = change("{\"id\":1,\"at\":5}");
    assertThat(change.sourceEventAt()).isEqualTo(Events.RECEIVED);
    assertThat(change.timeFellBack()).isFalse();
    var missing = (Fold.Outcome.Change) fold("{\"event_time_path\":\"at\"}", "{\"id\":1}");
    assertThat(missing.timeFellBack()).isTrue();
  }

  @Test
  void onlyWhatIsIncludedIsLookedAt() {
    String options = "{\"include_when\":[{\"field\":\"type\",\"op\":\"eq\",\"value\":\"yes\"}]}";
    assertThat(fold(options, "{\"type\":\"no\"}")).isEqualTo(new Fold.Outcome.PassedOver());
    assertThat(fold(options, "no json")).isEqualTo(new Fold.Outcome.PassedOver());
    assertThat(fold(options, "{\"type\":\"yes\"}"))
        .isEqualTo(new Fold.Outcome.Skipped("key_missing"));
    assertThat(fold(options, "{\"type\":\"yes\",\"id\":1}"))
        .isInstanceOf(Fold.Outcome.Change.class);
  }

  @Test
  void aDeletionNeedsAKeyButNoData() {
    String options = "{" + DELETE + ",\"data_path\":\"d\"}";
    assertThat(((Fold.Outcome.Change) fold(options, "{\"id\":1,\"type\":\"gone\"}")).data())
        .isNull();
    assertThat(((Fold.Outcome.Change) fold(options, "{\"id\":1,\"type\":\"gone\",\"d\":2}")).data())
        .isNull();
    assertThat(fold(options, "{\"type\":\"gone\"}"))
        .isEqualTo(new Fold.Outcome.Skipped("key_missing"));
    assertThat(fold(options, "{\"id\":1,\"type\":\"kept\"}"))
        .isEqualTo(new Fold.Outcome.Skipped("data_missing"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "{\"b\":1,\"a\":2}", "\"t\"", "1.00", "false"})
  void theDataIsWhatStandsAtItsPath(String value) {
    var change =
        (Fold.Outcome.Change) fold("{\"data_path\":\"d\"}", "{\"id\":1,\"d\": " + value + "}");
    assertThat(text(change)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "NULL",
      value = {
        "\"a.b\" | a.b",
        "\"\"    | ``",
        "1       | 1",
        "1.50    | 1.50",
        "true    | true",
        "null    | NULL",
        "[]      | NULL",
        "{}      | NULL",
      })
  void theEventTypeIsText(String value, @Nullable String type) {
    assertThat(change("{\"id\":1,\"type\":" + value + "}").eventType()).isEqualTo(type);
  }

  @Test
  void withoutATypeThereIsNone() {
    assertThat(change("{\"id\":1}").eventType()).isNull();
  }

  private static String withKey(String key) {
    return "{\"id\":\"" + key + "\"}";
  }

  private static String text(Fold.Outcome.Change change) {
    return Optional.ofNullable(change.data()).orElseThrow().text();
  }

  private static Fold.Outcome.Change at(String value) {
    return (Fold.Outcome.Change)
        fold("{\"event_time_path\":\"at\"}", "{\"id\":1,\"at\":" + value + "}");
  }

  private static Fold.Outcome.Change change(String body) {
    return (Fold.Outcome.Change) fold("{}", body);
  }

  private static Fold.Outcome fold(String options, String body) {
    return Events.fold(Events.spec("id", options), Events.json(1, body));
  }
}
