package dev.catchment.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Times;
import org.junit.jupiter.api.Test;

/**
 * What becomes of a key and of a sender's time in each of the forms that senders use, one case
 * each. {@link FoldTest} has more of every form.
 */
final class KeysAndTimesTest {
  private static final String BY_TIME = "{\"event_time_path\":\"at\"}";

  private static Fold.Outcome fold(String options, String body) {
    return Events.fold(Events.spec("id", options), Events.json(1, body));
  }

  private static String key(String body) {
    return ((Fold.Outcome.Change) fold("{}", body)).key();
  }

  private static Fold.Outcome.Change timed(String at) {
    return (Fold.Outcome.Change) fold(BY_TIME, "{\"id\":1,\"at\":" + at + "}");
  }

  private static void isSkipped(String body, String reason) {
    assertThat(fold("{}", body)).isEqualTo(new Fold.Outcome.Skipped(reason));
  }

  private static void isRead(Fold.Outcome.Change change, String time) {
    assertThat(Times.format(change.sourceEventAt())).isEqualTo(time);
    assertThat(change.timeFellBack()).isFalse();
  }

  private static void fellBack(Fold.Outcome.Change change) {
    assertThat(change.sourceEventAt()).isEqualTo(Events.RECEIVED);
    assertThat(change.timeFellBack()).isTrue();
  }

  @Test
  void anEventWithoutAKeyIsSkipped() {
    isSkipped("{\"other\":1}", "key_missing");
  }

  @Test
  void anEventWhoseKeyIsNullIsSkipped() {
    isSkipped("{\"id\":null}", "key_missing");
  }

  @Test
  void anEventWhoseKeyIsAnObjectIsSkipped() {
    isSkipped("{\"id\":{\"id\":1}}", "key_type");
  }

  @Test
  void anEventWhoseKeyIsEmptyIsSkipped() {
    isSkipped("{\"id\":\"\"}", "key_empty");
  }

  @Test
  void anEventWhoseKeyIsTooLongIsSkipped() {
    assertThat(key("{\"id\":\"" + "k".repeat(1_024) + "\"}")).hasSize(1_024);
    isSkipped("{\"id\":\"" + "k".repeat(1_025) + "\"}", "key_too_long");
  }

  @Test
  void theNumberOneAndTheTextOneAreOneRecord() {
    assertThat(key("{\"id\":1}")).isEqualTo("1").isEqualTo(key("{\"id\":\"1\"}"));
  }

  @Test
  void theNumberOneWithAFractionOfZeroIsTheSameRecord() {
    assertThat(key("{\"id\":1.0}")).isEqualTo("1");
    assertThat(key("{\"id\":\"1.0\"}")).as("a text stays as it is").isEqualTo("1.0");
  }

  @Test
  void aTimeInSecondsIsRead() {
    isRead(timed("1772357400"), "2026-03-01T09:30:00.000Z");
  }

  @Test
  void aTimeInMillisecondsIsRead() {
    isRead(timed("1772357400123"), "2026-03-01T09:30:00.123Z");
  }

  @Test
  void aTimeAsTextIsRead() {
    isRead(timed("\"2026-03-01T10:30:00.5+01:00\""), "2026-03-01T09:30:00.500Z");
  }

  @Test
  void aTimeThatIsNonsenseFallsBackAndIsCounted() {
    fellBack(timed("\"yesterday\""));
  }

  @Test
  void aTimeFarInTheFutureFallsBackAndIsCounted() {
    isRead(timed("\"2026-03-02T09:30:00.000Z\""), "2026-03-02T09:30:00.000Z");
    fellBack(timed("\"2026-03-02T09:30:00.001Z\""));
  }
}
