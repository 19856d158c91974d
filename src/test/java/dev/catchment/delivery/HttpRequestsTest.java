package dev.catchment.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.testkit.Sample;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HttpRequestsTest {
  private static final String EVENT_ID = "e".repeat(32);
  private static final String URL = "http://receiver.test/hook";
  private static final String RECEIVED =
      "{'x-own':'a','content-encoding':'gzip','host':'h','content-length':'5','connection':'close',"
          + "'transfer-encoding':'chunked','te':'trailers','upgrade':'h2c','authorization':'theirs',"
          + "'cookie':'c=1','user-agent':'theirs','expect':'100-continue','keep-alive':'1',"
          + "'proxy-authorization':'p','trailer':'t','x-hookstream-event-id':'forged'}";

  private final HttpRequests requests = new HttpRequests("X-hookstream-", "Catchment/1");

  @Test
  void theProductAddsItsHeadersAndNothingElseOfTheEventGoesOut() {
    Outgoing request = request(target(null, null, null), event(RECEIVED, "text/plain"));
    assertThat(headers(request))
        .isEqualTo(
            Map.of(
                "content-type", "text/plain",
                "content-encoding", "gzip",
                "x-hookstream-event-id", EVENT_ID,
                "x-hookstream-delivery-attempt", "1",
                "x-hookstream-timestamp", "2023-11-14T22:13:20.123Z",
                "user-agent", "Catchment/1"));
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.url()).isEqualTo(URL);
    assertThat(request.body()).isEqualTo("body".getBytes(UTF_8));
    assertThat(request.timeoutMillis()).isEqualTo(20_000);
    assertThat(request.responseBytesMax()).isEqualTo(65_536);
  }

  @Test
  void anEventWithoutAContentTypeIsCalledJson() {
    assertThat(headers(request(target(null, null, null), event("{}", null))))
        .containsEntry("content-type", "application/json")
        .doesNotContainKey("content-encoding");
  }

  @Test
  void aBodyThatWasMadeIsJsonWithoutTheEncodingOfTheOneThatCame() {
    byte[] made = "{\"a\":1}".getBytes(UTF_8);
    Outgoing request =
        requests.request(
            Sample.destination("d", target(null, null, null), Sample.RETRY, 1),
            Sample.owed("a", "d", event(RECEIVED, "text/plain")),
            new Payload.Made(made),
            1_700_000_000_123L);
    assertThat(request.body()).isSameAs(made);
    assertThat(headers(request))
        .containsEntry("content-type", "application/json")
        .doesNotContainKey("content-encoding");
  }

  @Test
  void forwardedHeadersNeverCarryTheConnectionOrTheSendersTrust() {
    Map<String, String> headers =
        headers(
            request(target(null, "{'forward_headers':true}", null), event(RECEIVED, "text/plain")));
    assertThat(headers)
        .containsEntry("x-own", "a")
        .containsEntry("x-hookstream-event-id", EVENT_ID)
        .containsEntry("user-agent", "Catchment/1")
        .doesNotContainKeys(
            "host",
            "content-length",
            "connection",
            "transfer-encoding",
            "te",
            "trailer",
            "upgrade",
            "authorization",
            "cookie",
            "expect",
            "keep-alive",
            "proxy-authorization");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'forward_headers':true} | true",
        "{'forward_headers':false} | false",
        "{'forward_headers':['x-Own']} | true",
        "{'forward_headers':['x-other','cookie']} | false",
        "{'forward_headers':[]} | false",
        "{} | false"
      })
  void onlyChosenHeadersAreForwarded(String providerConfig, boolean forwarded) {
    Map<String, String> headers =
        headers(request(target(null, providerConfig, null), event(RECEIVED, "text/plain")));
    assertThat(headers.containsKey("x-own")).isEqualTo(forwarded);
    assertThat(headers).doesNotContainKey("cookie").containsEntry("content-encoding", "gzip");
  }

  @Test
  void theDestinationsHeadersWinOverAllButTheSignature() {
    Destination.Target target =
        new Destination.Target(
            "http",
            URL,
            "PUT",
            object(
                "{'content-type':'a/b','AUTHORIZATION':'mine','User-Agent':'me','x-own':'mine',"
                    + "'X-Hookstream-Event-Id':'mine','X-hookstream-Signature':'forged'}"),
            20_000,
            "bearer",
            object("{'token':'t'}"),
            object("{'forward_headers':true}"),
            object("{'secret':'s'}"));
    Outgoing request = request(target, event(RECEIVED, "text/plain"));
    assertThat(headers(request))
        .containsEntry("content-type", "a/b")
        .containsEntry("authorization", "mine")
        .containsEntry("user-agent", "me")
        .containsEntry("x-own", "mine")
        .containsEntry("x-hookstream-event-id", "mine")
        .hasEntrySatisfying(
            "x-hookstream-signature", value -> assertThat(value).startsWith("sha256="));
    assertThat(request.method()).isEqualTo("PUT");
  }

  @Test
  void aSignedTimestampReplacesTheProductsOwn() {
    assertThat(
            headers(
                request(
                    target(null, null, "{'secret':'s','include_timestamp':true}"),
                    event("{}", null))))
        .containsEntry("x-hookstream-timestamp", "1700000000");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bearer | {'token':'t'} | authorization | Bearer t",
        "basic | {'username':'ü','password':'p:w'} | authorization | Basic w7w6cDp3",
        "api_key | {'value':'v'} | x-api-key | v",
        "api_key | {'value':'v','name':'X-Mine','in':'header'} | x-mine | v"
      })
  void credentialsGoIntoTheirHeaderAndAreShownMasked(
      String type, String config, String header, String value) {
    Destination.Target target = Sample.target(URL, null, type, object(config));
    Outgoing request = request(target, event("{}", null));
    assertThat(headers(request)).containsEntry(header, value);
    assertThat(request.url()).isEqualTo(URL);
    assertThat(HttpRequests.masked(request, target).toLowerCase(Locale.ROOT))
        .contains("\"" + header + "\":\"****\"")
        .contains("\"x-hookstream-event-id\":\"" + EVENT_ID + "\"")
        .doesNotContain("w7w6cdp3", "bearer t");
  }

  @ParameterizedTest
  @CsvSource({
    "http://r.test/h, http://r.test/h?k%26=a+b%2F",
    "http://r.test/h?a=1, http://r.test/h?a=1&k%26=a+b%2F",
    "http://r.test/h#part, http://r.test/h?k%26=a+b%2F"
  })
  void anApiKeyInTheQueryJoinsTheUrl(String url, String sent) {
    Destination.Target target =
        Sample.target(url, null, "api_key", object("{'in':'query','name':'k&','value':'a b/'}"));
    Outgoing request = request(target, event("{}", null));
    assertThat(request.url()).isEqualTo(sent);
    assertThat(HttpRequests.masked(request, target)).doesNotContain("a b/", "a+b");
  }

  @ParameterizedTest
  @CsvSource({
    "Authorization, true",
    "COOKIE, true",
    "X-Api-Key, true",
    "X-Secret-Thing, true",
    "X-Auth-Token, true",
    "X-hookstream-Signature, false",
    "Content-Type, false"
  })
  void credentialsAreKnownByTheirNames(String name, boolean credential) {
    assertThat(HttpRequests.isCredential(name)).isEqualTo(credential);
  }

  private Outgoing request(Destination.Target target, Event event) {
    return requests.request(
        Sample.destination("d", target, Sample.RETRY, 1),
        Sample.owed("a", "d", event),
        new Payload.AsReceived(),
        1_700_000_000_123L);
  }

  private static Event event(String headers, @Nullable String type) {
    return Sample.event(EVENT_ID, "s", headers.replace('\'', '"'), type, "body".getBytes(UTF_8));
  }

  private static Destination.Target target(
      @Nullable String headers, @Nullable String providerConfig, @Nullable String signingConfig) {
    return new Destination.Target(
        "http",
        URL,
        "POST",
        headers == null ? null : object(headers),
        20_000,
        "none",
        null,
        providerConfig == null ? null : object(providerConfig),
        signingConfig == null ? null : object(signingConfig));
  }

  private static Map<String, String> headers(Outgoing request) {
    Map<String, String> headers = new LinkedHashMap<>();
    request
        .headers()
        .forEach(header ->
            assertThat(headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()))
                .as("a second " + header.getKey())
                .isNull());
    return headers;
  }

  private static Json.Obj object(String text) {
    return (Json.Obj) Json.read(text.replace('\'', '"'));
  }
}
