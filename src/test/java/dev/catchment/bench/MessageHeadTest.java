package dev.catchment.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageHeadTest {
  @ParameterizedTest
  @CsvSource({
    "'Content-Length: 12', 12, false",
    "'content-length:7|Connection: Close', 7, true",
    "'Connection: keep-alive|CONTENT-LENGTH:   3', 3, false",
    "'X-Content-Length: 9', 0, false",
    "'', 0, false"
  })
  void lengthAndCloseAreReadInAnyCase(String headers, int length, boolean close)
      throws IOException {
    byte[] bytes = message(headers);
    int end = MessageHead.end(bytes, bytes.length);

    assertThat(end).isEqualTo(bytes.length - 4);
    assertThat(MessageHead.read(bytes, end)).isEqualTo(new MessageHead(end, length, close));
  }

  @Test
  void aHeadIsIncompleteUntilItsLastByte() {
    byte[] bytes = message("A: b");
    for (int count = 0; count < bytes.length - 4; count++) {
      assertThat(MessageHead.end(bytes, count)).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Transfer-Encoding: chunked", "Content-Length: 99999999999999"})
  void whatTheBenchCannotReadIsAnError(String header) {
    byte[] bytes = message(header);
    assertThatThrownBy(() -> MessageHead.read(bytes, bytes.length - 4))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aPayloadIsValidAtItsSizeAndGivesItsNumbersBack() {
    Payload payload = new Payload(1_024, 1_000);
    ByteBuffer buffer = ByteBuffer.allocate(1_030).put(6, payload.template());
    payload.patch(buffer, 6, 123_456_789, 9_876_543_210L);
    byte[] bytes = buffer.array();

    assertThat(payload.size()).isEqualTo(1_024);
    assertThat(Payload.seq(bytes, 6, 1_030)).isEqualTo(123_456_789);
    assertThat(Payload.micros(bytes, 6, 1_030)).isEqualTo(9_876_543_210L);
    assertThat(new String(bytes, 6, 1_024, StandardCharsets.US_ASCII))
        .contains(String.format("\"id\":\"k%08d\"", payload.key(123_456_789)));
    assertThat(
            Payload.seq("{\"type\":\"catchment.test\"}".getBytes(StandardCharsets.US_ASCII), 0, 25))
        .isEqualTo(-1);
  }

  private static byte[] message(String headers) {
    String lines = headers.isEmpty() ? "" : headers.replace("|", "\r\n") + "\r\n";
    return ("HTTP/1.1 200 OK\r\n" + lines + "\r\nbody").getBytes(StandardCharsets.US_ASCII);
  }
}
