package dev.catchment.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the documents must say word by word: operations, and the fields the contract counts. */
final class OpenApiFieldsTest {
  private static List<String> texts(JsonNode array) {
    return array.valueStream().map(JsonNode::stringValue).toList();
  }

  @Test
  void the_gateway_serves_exactly_these_operations() {
    assertThat(PublishedDocument.GATEWAY.api().operations())
        .containsExactlyInAnyOrderElementsOf(
            expanded(
                """
                GET /v1/health
                GET /v1/openapi.json
                GET /metrics
                GET,POST,PUT,PATCH,DELETE,OPTIONS /v1/ingest/{source_id}
                POST /v1/test/sessions
                GET,DELETE /v1/test/sessions/{id}
                GET,PATCH /v1/test/sessions/{id}/events/{event_id}
                PATCH /v1/test/sessions/{id}/response
                PATCH /v1/test/sessions/{id}/forwarding
                GET /v1/test/sessions/{id}/export
                POST /v1/test/sessions/{id}/claim
                POST /v1/agent/sessions
                GET,DELETE /v1/agent/sessions/{id}
                GET,PATCH /v1/agent/sessions/{id}/events/{event_id}
                PATCH /v1/agent/sessions/{id}/response
                PATCH /v1/agent/sessions/{id}/forwarding
                GET /v1/agent/sessions/{id}/export
                POST /v1/agent/sessions/{id}/claim
                GET,POST /v1/sources
                GET,PATCH,DELETE /v1/sources/{id}
                GET /v1/sources/templates
                GET /v1/sources/templates/{slug}
                GET,POST /v1/destinations
                GET,PATCH,DELETE /v1/destinations/{id}
                POST /v1/destinations/{id}/test
                GET /v1/destinations/{id}/circuit
                POST /v1/destinations/{id}/circuit/reset
                GET,POST /v1/connections
                GET,PATCH,DELETE /v1/connections/{id}
                POST /v1/connections/preview
                GET,POST /v1/collections
                GET,PATCH,DELETE /v1/collections/{id}
                GET,POST,DELETE /v1/collections/{id}/backfill
                GET /v1/collections/{id}/records
                GET /v1/collections/{id}/records/{key}
                GET /v1/collections/{id}/records/{key}/history
                GET /v1/collections/{id}/skipped
                GET /v1/collections/{id}/diff
                GET /v1/collections/{id}/changes
                GET /v1/collections/{id}/schema
                GET /v1/collections/{id}/schema/drift
                GET /v1/collections/{id}/aggregate
                GET /v1/collections/{id}/export
                POST /v1/collections/{id}/import
                GET /v1/events
                GET /v1/events/{id}
                GET /v1/events/{id}/payload
                GET /v1/events/stream
                GET /v1/ws
                GET /v1/ws/test/{source_id}
                GET /v1/ws/ingest/{source_id}
                GET /v1/billing/usage
                GET /v1/usage
                GET /v1/refused-requests
                GET /v1/refused-requests/summary
                GET /v1/refused-requests/{id}
                POST /v1/refused-requests/{id}/replay
                GET /v1/events/{id}/routing
                GET /v1/delivery-attempts
                GET /v1/delivery-attempts/{id}
                POST /v1/delivery-attempts/{id}/retry
                POST /v1/events/{id}/retry
                POST /v1/events/retry
                GET /v1/issues
                GET /v1/issues/summary
                GET,PATCH /v1/issues/{id}
                POST /v1/issues/{id}/retry
                GET,POST /v1/replay
                GET,DELETE /v1/replay/{id}
                GET,POST /v1/retry-jobs
                GET,DELETE /v1/retry-jobs/{id}
                GET,POST /v1/feeds
                GET,PATCH,DELETE /v1/feeds/{id}
                GET,POST /v1/feeds/{id}/items
                GET,PATCH,DELETE /v1/feeds/{id}/items/{item_id}
                POST /v1/feeds/{id}/items/{item_id}/move
                PUT /v1/feeds/{id}/order
                POST /api/auth/sign-up/email
                POST /api/auth/sign-in/email
                POST /api/auth/sign-out
                GET /api/auth/get-session
                """));
  }

  @Test
  void the_feed_api_serves_exactly_these_operations() {
    assertThat(PublishedDocument.FEEDS.api().operations())
        .containsExactlyInAnyOrderElementsOf(
            expanded(
                """
                GET /feeds/v1/collections
                GET /feeds/v1/collections/{collectionId}
                GET /feeds/v1/openapi.json
                """));
  }

  private static List<String> expanded(String lines) {
    return Pattern.compile("([A-Z,]+) (\\S+)")
        .matcher(lines)
        .results()
        .flatMap(OpenApiFieldsTest::expanded)
        .toList();
  }

  private static Stream<String> expanded(MatchResult line) {
    return List.of(line.group(1).split(",", -1)).stream().map(m -> m + " " + line.group(2));
  }

  @Test
  void a_collection_of_the_gateway_has_its_22_fields_in_order() {
    assertThat(PublishedDocument.GATEWAY.members("Collection"))
        .containsExactly(
            "id",
            "org_id",
            "env_id",
            "name",
            "slug",
            "source_id",
            "primary_key_path",
            "event_type_field",
            "description",
            "status",
            "record_count",
            "last_sync_at",
            "created_at",
            "updated_at",
            "backfill_status",
            "backfill_progress",
            "backfill_total",
            "backfill_cursor",
            "backfill_started_at",
            "backfill_completed_at",
            "backfill_error",
            "source_name")
        .hasSize(22);
  }

  @Test
  void exactly_eleven_fields_of_a_collection_may_be_null() {
    List<String> nullable =
        PublishedDocument.GATEWAY.members("Collection").stream()
            .filter(name -> {
              JsonNode field =
                  PublishedDocument.GATEWAY.schema("Collection").at("/properties/" + name);
              return PublishedDocument.GATEWAY.resolved(field).path("type").isArray();
            })
            .toList();

    assertThat(nullable)
        .containsExactly(
            "event_type_field",
            "description",
            "last_sync_at",
            "backfill_status",
            "backfill_progress",
            "backfill_total",
            "backfill_cursor",
            "backfill_started_at",
            "backfill_completed_at",
            "backfill_error",
            "source_name");
  }

  @Test
  void the_list_of_the_gateway_answers_collections_alone_unless_it_is_paged() {
    JsonNode list = PublishedDocument.GATEWAY.schema("CollectionList");

    assertThat(texts(list.get("required"))).containsExactly("collections");
    assertThat(PublishedDocument.GATEWAY.members("CollectionList"))
        .containsExactly("collections", "has_more", "next_cursor");
  }

  @Test
  void a_summary_and_the_meta_of_the_feed_api_have_their_fields_in_order() {
    assertThat(PublishedDocument.FEEDS.members("CollectionList"))
        .containsExactly("collections", "meta");
    assertThat(PublishedDocument.FEEDS.members("CollectionSummary"))
        .containsExactly(
            "id",
            "name",
            "contentType",
            "stagingContentCount",
            "liveContentCount",
            "createdDate",
            "lastModifiedDate",
            "url");
    assertThat(PublishedDocument.FEEDS.members("Meta"))
        .containsExactly("page", "pageSize", "totalItems", "totalPages");
    assertThat(PublishedDocument.FEEDS.members("ContentItem"))
        .containsExactly(
            "id",
            "fullName",
            "username",
            "source",
            "message",
            "profileImageUrl",
            "media",
            "publishedAt",
            "lastModifiedDate",
            "payload");
  }

  @Test
  void the_parameters_of_the_feed_list_have_their_defaults_and_bounds() {
    JsonNode parameters =
        PublishedDocument.FEEDS.root().at("/paths/~1feeds~1v1~1collections/get/parameters");

    assertThat(parameters.at("/0/name").stringValue()).isEqualTo("page");
    assertThat(parameters.at("/0/schema/default").intValue()).isZero();
    assertThat(parameters.at("/0/schema/minimum").intValue()).isZero();
    assertThat(parameters.at("/1/name").stringValue()).isEqualTo("pageSize");
    assertThat(parameters.at("/1/schema/default").intValue()).isEqualTo(20);
    assertThat(parameters.at("/1/schema/minimum").intValue()).isEqualTo(1);
    assertThat(parameters.at("/1/schema/maximum").intValue()).isEqualTo(100);
    assertThat(parameters.at("/2/name").stringValue()).isEqualTo("contentType");
    assertThat(texts(PublishedDocument.FEEDS.schema("ContentType").get("enum"))).hasSize(15);
  }
}
