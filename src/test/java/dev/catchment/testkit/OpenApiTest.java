package dev.catchment.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OpenApiTest {
  private static final OpenApi GATEWAY = OpenApi.gateway();
  private static final OpenApi FEEDS = OpenApi.feeds();
  private static final String JSON = "application/json";
  private static final String RECORD =
      """
      {"record":{"id":"0195220c2f5b7d2288a1c40f9e6b7d12","collection_id":"0195220c11d07e5a8c1b2f60437d9a01",
      "org_id":"0195218f0a3c7b1199d2e4805c6b7f10","env_id":"0195218f0a3d7c5290bb17f6a4d8e322",
      "record_key":"a/b","data":"{}","event_type":null,"source_event_id":"019521c07a3b7c1e9f4402ab6d5e8f10",
      "source_event_at":"2026-03-01T09:30:00.000Z","created_at":"2026-03-01T09:30:00.000Z",
      "updated_at":"2026-03-01T09:30:00.000Z"}}\
      """;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void checkRecord(String body) {
    GATEWAY.check("GET", "/v1/collections/x/records/a%2Fb", 200, JSON, bytes(body));
  }

  @Test
  void a_right_answer_passes_whatever_the_query_the_slash_and_the_charset() {
    assertThatCode(() ->
            GATEWAY.check(
                "GET",
                "/v1/collections/x/records/a%2Fb/?env_id=y",
                200,
                "Application/JSON; charset=utf-8",
                bytes(RECORD)))
        .doesNotThrowAnyException();
  }

  @Test
  void a_missing_an_unknown_and_a_repeated_member_are_each_named() {
    assertThatThrownBy(() -> checkRecord(RECORD.replace("\"event_type\":null,", "")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("/record")
        .hasMessageContaining("event_type");
    assertThatThrownBy(() -> checkRecord(RECORD.replace("\"data\":", "\"extra\":1,\"data\":")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("extra");
    assertThatThrownBy(() -> checkRecord(RECORD.replace("\"data\":", "\"data\":\"\",\"data\":")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Duplicate");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-01T09:30:00.000Z, 2026-03-01T09:30:00Z",
    "0195220c2f5b7d2288a1c40f9e6b7d12, 0195220C2F5B7D2288A1C40F9E6B7D12",
    "0195220c2f5b7d2288a1c40f9e6b7d12, rec_0195220c2f5b7d2288a1c40f9e6b7d12",
  })
  void a_value_of_another_form_is_refused(String right, String wrong) {
    assertThatThrownBy(() -> checkRecord(RECORD.replace(right, wrong)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("body is not as in the document");
  }

  @Test
  void a_body_that_is_no_json_is_refused() {
    for (String body : new String[] {"", "{", RECORD + "x"}) {
      assertThatThrownBy(() -> checkRecord(body)).isInstanceOf(AssertionError.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/nowhere, 200, path is not in the document",
    "GET, /v1/collections/x/records/a/b, 200, path is not in the document",
    "PUT, /v1/sources, 200, method is not in the document",
    "GET, /v1/sources, 418, status is not in the document",
    "GET, /v1/sources, 405, 405 is wrong",
    "HEAD, /v1/sources, 405, 405 is wrong",
  })
  void what_the_document_does_not_list_is_refused(
      String method, String path, int status, String reason) {
    assertThatThrownBy(() -> GATEWAY.check(method, path, status, JSON, bytes("{}")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(reason);
  }

  @Test
  void a_method_that_is_not_listed_is_answered_405_in_the_usual_envelope() {
    String body =
        "{\"error\":\"Method not allowed\",\"status\":405,\"request_id\":\"req_0123456789ab\"}";
    assertThatCode(() -> GATEWAY.check("PUT", "/v1/sources", 405, JSON, bytes(body)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> GATEWAY.check("PUT", "/v1/sources", 405, JSON, bytes("{}")))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void another_or_no_content_type_is_refused_unless_any_is_allowed() {
    assertThatThrownBy(() -> GATEWAY.check("GET", "/v1/events/x", 404, "text/html", bytes("<p>")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("text/html");
    assertThatThrownBy(() -> GATEWAY.check("GET", "/v1/events/x", 404, null, bytes("{}")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("no content type");
    assertThatCode(
            () -> GATEWAY.check("GET", "/v1/events/x/payload", 200, "image/png", new byte[] {1}))
        .doesNotThrowAnyException();
  }

  @Test
  void an_answer_without_content_must_have_no_body() {
    String path = "/feeds/v1/collections/col_x";
    assertThatCode(() -> FEEDS.check("GET", path, 304, null, new byte[0]))
        .doesNotThrowAnyException();
    assertThatCode(() -> FEEDS.check("HEAD", path, 200, JSON, new byte[0]))
        .doesNotThrowAnyException();
    for (String method : new String[] {"GET", "HEAD"}) {
      assertThatThrownBy(() -> FEEDS.check(method, path, 304, JSON, bytes("{}")))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("must have no body");
    }
  }

  @Test
  void the_code_of_an_error_must_belong_to_its_status() {
    String body =
        """
        {"error":{"code":"%s","message":"API key is invalid or has been revoked."}}\
        """;
    String path = "/feeds/v1/collections";
    assertThatCode(
            () -> FEEDS.check("GET", path, 401, JSON, bytes(body.formatted("INVALID_API_KEY"))))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () -> FEEDS.check("GET", path, 401, JSON, bytes(body.formatted("FORBIDDEN"))))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void operations_are_named_by_method_and_template() {
    assertThat(GATEWAY.operations())
        .contains("PATCH /v1/sources/{id}", "OPTIONS /v1/ingest/{source_id}")
        .doesNotContain("HEAD /v1/sources");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SOCIAL_POST | | true",
        "SOCIAL_POST | {\"type\":\"SOCIAL_POST\"} | false",
        "TEXT | | true",
        "TEXT | {\"type\":\"TEXT\",\"title\":null,\"speaker\":null,\"language\":\"en\",\"style\":null} | true",
        "TEXT | {\"type\":\"TEXT\",\"title\":null,\"speaker\":null,\"language\":\"en\"} | false",
        "POLL | {\"type\":\"TEXT\",\"title\":null,\"speaker\":null,\"language\":\"en\",\"style\":null} | false",
      })
  void a_payload_must_be_of_the_type_of_its_collection(
      String type, @Nullable String payload, boolean fits) {
    String body =
        """
        {"id":"col_0c6f1d2e3b4a59687786958473625140","name":"Feed","contentType":"%s","stagingContentCount":0,
        "liveContentCount":1,"createdDate":"2026-01-10T08:00:00.000Z",
        "lastModifiedDate":"2026-01-18T10:35:00.000Z","stagingContents":[],"liveContents":[
        {"id":"rec_7f3a9d40c2be4c1f8a6d5e0b1c2d3e4f","fullName":null,"username":null,"source":"MANUAL",
        "message":"","profileImageUrl":null,"media":[],"publishedAt":"2026-01-18T10:30:00.000Z",
        "lastModifiedDate":"2026-01-18T10:35:00.000Z"%s}]}\
        """
            .formatted(type, payload == null ? "" : ",\"payload\":" + payload);
    ThrowingCallable check =
        () -> FEEDS.check("GET", "/feeds/v1/collections/col_x", 200, JSON, bytes(body));

    if (fits) {
      assertThatCode(check).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(check).isInstanceOf(AssertionError.class).hasMessageContaining("payload");
    }
  }
}
