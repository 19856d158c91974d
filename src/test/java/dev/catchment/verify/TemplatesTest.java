package dev.catchment.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.expr.BodyPath;
import dev.catchment.expr.FieldPath;
import dev.catchment.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Templates are complete, ordered, and name only what works. */
final class TemplatesTest {
  private static final List<String> PROMISED =
      List.of(
          "stripe",
          "github",
          "shopify",
          "slack",
          "twilio",
          "sendgrid",
          "intercom",
          "linear",
          "clerk",
          "svix",
          "paddle",
          "resend",
          "postmark",
          "typeform",
          "custom",
          "meta",
          "websub");

  @Test
  void thePromisedOnesComeFirstInTheirOrderAndNoneTwice() {
    List<String> slugs = Templates.list().stream().map(Template::slug).toList();
    assertThat(slugs).startsWith(PROMISED.toArray(String[]::new)).doesNotHaveDuplicates();
    assertThat(slugs).hasSizeGreaterThanOrEqualTo(77);
    assertThat(slugs).doesNotContain("bitbucket", "jira", "lemon-squeezy", "xero");
  }

  @Test
  void eachShowsTheMembersOfTheApiAndNoOther() {
    for (Template template : Templates.list()) {
      assertThat(template.wire().members().keySet())
          .as(template.slug())
          .containsExactly(
              "slug",
              "name",
              "description",
              "verification_type",
              "verification_header",
              "verification_config",
              "secret_label",
              "docs_url",
              "event_type_field",
              "primary_key_path",
              "handshake");
      assertThat(template.preset().members().keySet())
          .contains("dedup_strategy", "dedup_field", "event_time_path");
      for (String text : List.of("slug", "name", "description")) {
        assertThat(Vector.text(template.wire(), text)).isNotBlank();
      }
      assertThat(Vector.text(template.wire(), "description")).endsWith(".");
    }
  }

  @Test
  void pathsAreWellFormedAndDedupHasBothPartsOrNone() {
    for (Template template : Templates.list()) {
      Stream.of(
              template.eventTimePath(),
              "body_field".equals(template.dedupStrategy()) ? template.dedupField() : null,
              template.wire().get("primary_key_path") instanceof Json.Str path
                  ? path.value()
                  : null)
          .filter(path -> path != null)
          .forEach(path -> assertThat(FieldPath.parse(path)).isNotNull());
      if (template.eventTypeField() != null) {
        assertThat(BodyPath.parseJoined(template.eventTypeField(), "f"))
            .hasToString(template.eventTypeField());
      }
      assertThat(template.dedupStrategy() == null)
          .as(template.slug())
          .isEqualTo(template.dedupField() == null);
      if (template.dedupStrategy() != null) {
        assertThat(template.dedupStrategy()).isIn("header_field", "body_field");
      }
    }
  }

  @Test
  void eachProviderWithATimeInItsEventsSaysWhereItIs() {
    Set<String> withoutOne =
        Set.of(
            "github",
            "twilio",
            "custom",
            "websub",
            "dropbox",
            "dropbox-sign",
            "gitlab",
            "plaid",
            "braintree",
            "plivo",
            "messagebird",
            "qstash",
            "onfido",
            "modern-treasury",
            "kontent-ai",
            "retell",
            "microsoft-graph");
    assertThat(Templates.list().stream().filter(found -> found.eventTimePath() == null))
        .extracting(Template::slug)
        .containsExactlyInAnyOrderElementsOf(withoutOne);
  }

  @Test
  void aTypeOfTwoFieldsIsBothOfThem() {
    Map<String, String> types =
        Map.of(
            "linear",
            "{\"type\":\"Issue\",\"action\":\"update\"} Issue.update",
            "plaid",
            "{\"webhook_type\":\"ITEM\",\"webhook_code\":\"ERROR\"} ITEM.ERROR",
            "gocardless",
            "{\"events\":[{\"resource_type\":\"payments\",\"action\":\"paid_out\"}]}"
                + " payments.paid_out",
            "asana",
            "{\"events\":[{\"action\":\"added\",\"resource\":{\"resource_type\":\"task\"}}]}"
                + " added.task");
    types.forEach((slug, example) -> {
      String path = Templates.find(slug).orElseThrow().eventTypeField();
      int blank = example.indexOf(' ');
      assertThat(
              BodyPath.parseJoined(String.valueOf(path), "f")
                  .find(Json.parse(example.substring(0, blank)), Map.of()))
          .as(slug)
          .contains(Json.of(example.substring(blank + 1)));
    });
  }

  @Test
  void theTypesAreThoseOfTheApi() {
    Set<String> general = Set.of("hmac_sha256", "hmac_sha1", "standard_webhooks");
    for (Template template : Templates.list()) {
      String type = template.verificationType();
      assertThat(type == null || general.contains(type) || type.equals(template.slug()))
          .as(template.slug())
          .isTrue();
    }
    assertThat(Templates.find("stripe").map(Template::verificationHeader))
        .contains("Stripe-Signature");
    assertThat(Templates.find("Stripe")).isEmpty();
  }

  @Test
  void aPresetPathFindsTheValueInTheRequestsOfItsProvider() {
    int found = 0;
    for (Vector vector : Vector.all()) {
      String slug = vector.template();
      Json body = Json.parse(vector.request().body()).orElse(null);
      if (slug == null || !vector.valid() || body == null) {
        continue;
      }
      String path = Templates.find(slug).orElseThrow().eventTypeField();
      if (path != null
          && !path.startsWith("headers.")
          && BodyPath.parseJoined(path, "f").find(Optional.of(body), Map.of()).isPresent()) {
        found++;
      }
    }
    assertThat(found).isGreaterThan(60);
  }
}
