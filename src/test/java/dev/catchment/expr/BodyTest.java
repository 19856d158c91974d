package dev.catchment.expr;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BodyTest {
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final byte[] OBJECT = "{\"a\":1}".getBytes(UTF_8);

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "text/plain", FORM, "", "nonsense"})
  void validJsonIsJsonWhateverTheContentType(String contentType) {
    assertThat(text("{\"a\": 1}", contentType)).contains("{\"a\":1}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "{", "{\"a\":1}}", "hello", "[1,]", "NaN", "{'a':1}", "a=1&b=2"})
  void anythingElseIsNothing(String raw) {
    assertThat(text(raw, "application/json")).isEmpty();
    assertThat(text(raw, null)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          a=1&b=2             | {"a":"1","b":"2"}
          a=1&b=2&a=3&a=      | {"a":["1","3",""],"b":"2"}
          a                   | {"a":""}
          =v                  | {"":"v"}
          a=b=c               | {"a":"b=c"}
          &&a=1&              | {"a":"1"}
          a+b=c%20d%2B        | {"a b":"c d+"}
          n%C3%A4me=%f0%9f%98%80 | {"näme":"😀"}
          a=100%&b=%zz&c=%4   | {"a":"100%","b":"%zz","c":"%4"}
          a=%ff               | {"a":"�"}
          a[b]=1&a.c=2        | {"a[b]":"1","a.c":"2"}
          """)
  void formsBecomeObjectsOfStrings(String raw, String expected) {
    assertThat(text(raw, FORM)).contains(expected);
    assertThat(text(raw, "Application/X-WWW-Form-Urlencoded ; charset=UTF-8")).contains(expected);
  }

  @Test
  void ofRepeatedMemberNamesTheLastCounts() {
    assertThat(text("{\"a\":1,\"b\":2,\"a\":3}", null)).contains("{\"a\":3,\"b\":2}");
  }

  @Test
  void nestingIsFollowedTo512LevelsAndNoFurther() {
    assertThat(text("[".repeat(512) + "]".repeat(512), null)).isPresent();
    assertThat(text("[".repeat(513) + "]".repeat(513), null)).isEmpty();
    assertThat(text("[".repeat(1_000_000), null)).isEmpty();
    assertThat(text("{\"a\":".repeat(100_000), null)).isEmpty();
  }

  @Test
  void bytesThatAreNoUtf8AreNothing() {
    assertThat(Body.parse(new byte[] {'"', (byte) 0xff, '"'}, null, null, 100)).isEmpty();
    assertThat(Body.parse(new byte[] {0, 1, 2, 3}, null, null, 100)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "GZIP", " gzip ", "x-gzip"})
  void gzipIsDecodedForParsing(String encoding) throws IOException {
    assertThat(Body.parse(gzip(OBJECT), "text/plain", encoding, 100).map(Json::text))
        .contains("{\"a\":1}");
  }

  @Test
  void deflateIsDecodedWithAndWithoutItsHead() throws IOException {
    assertThat(Body.parse(deflate(OBJECT, false), null, "deflate", 100)).isPresent();
    assertThat(Body.parse(deflate(OBJECT, true), null, "deflate", 100)).isPresent();
  }

  @Test
  void aCompressedFormIsAForm() throws IOException {
    assertThat(Body.parse(gzip("a=1".getBytes(UTF_8)), FORM, "gzip", 100).map(Json::text))
        .contains("{\"a\":\"1\"}");
  }

  @Test
  void aBodyThatIsNotInItsEncodingIsNothing() throws IOException {
    byte[] whole = gzip(OBJECT);
    byte[] cut = Arrays.copyOf(whole, whole.length - 9);

    assertThat(Body.parse(OBJECT, null, "gzip", 100)).isEmpty();
    assertThat(Body.parse(OBJECT, null, "deflate", 100)).isEmpty();
    assertThat(Body.parse(new byte[0], null, "gzip", 100)).isEmpty();
    assertThat(Body.parse(new byte[0], null, "deflate", 100)).isEmpty();
    assertThat(Body.parse(cut, null, "gzip", 100)).isEmpty();
    assertThat(Body.parse(gzip(whole), null, "gzip", 100)).isEmpty();
    assertThat(Body.parse(whole, null, "br", 100)).isEmpty();
    assertThat(Body.parse(OBJECT, null, "identity", 100)).isPresent();
  }

  @Test
  void decodingStopsAtItsLimit() throws IOException {
    byte[] padded = (" ".repeat(93) + "{\"a\":1}").getBytes(UTF_8);
    byte[] bomb = gzip(new byte[50_000_000]);

    assertThat(Body.parse(gzip(padded), null, "gzip", 100)).isPresent();
    assertThat(Body.parse(gzip(padded), null, "gzip", 99)).isEmpty();
    assertThat(Body.parse(bomb, FORM, "gzip", 1000)).isEmpty();
  }

  private static Optional<String> text(String raw, @Nullable String contentType) {
    return Body.parse(raw.getBytes(UTF_8), contentType, null, 100).map(Json::text);
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream packed = new GZIPOutputStream(out)) {
      packed.write(plain);
    }
    return out.toByteArray();
  }

  private static byte[] deflate(byte[] plain, boolean bare) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, bare);
    try (OutputStream packed = new DeflaterOutputStream(out, deflater)) {
      packed.write(plain);
    } finally {
      deflater.end();
    }
    return out.toByteArray();
  }
}
