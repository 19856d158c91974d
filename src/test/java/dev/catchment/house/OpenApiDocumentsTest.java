package dev.catchment.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.catchment.house.PublishedDocument.Place;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;

final class OpenApiDocumentsTest {
  private static final String ALL = "dev.catchment.house.PublishedDocument#ALL";
  private static final Pattern TEMPLATE_NAME = Pattern.compile("\\{([^}]+)}");

  private static List<String> texts(JsonNode array) {
    return array.valueStream().map(JsonNode::stringValue).toList();
  }

  @ParameterizedTest
  @FieldSource(ALL)
  void a_document_is_valid_by_the_published_schema_of_openapi(PublishedDocument document)
      throws IOException {
    Schema published;
    try (InputStream in = getClass().getResourceAsStream("/openapi-3.1/schema.json")) {
      published =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
              .getSchema(Objects.requireNonNull(in), InputFormat.JSON);
    }

    assertThat(published.validate(document.root())).isEmpty();
  }

  @ParameterizedTest
  @FieldSource(ALL)
  void every_schema_is_valid_by_the_published_schema_of_json_schema(PublishedDocument document) {
    Schema published =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
    Place components = document.at("/components/schemas");
    List<Place> schemas = new ArrayList<>();
    components.node().propertyNames().forEach(name -> schemas.add(components.child(name)));
    document.objects().stream()
        .filter(place -> place.node().path("schema").isObject())
        .forEach(place -> schemas.add(place.child("schema")));

    assertThat(schemas).hasSizeGreaterThan(40);
    for (Place schema : schemas) {
      assertThat(published.validate(schema.node())).as(schema.pointer()).isEmpty();
    }
  }

  @ParameterizedTest
  @FieldSource(ALL)
  void every_reference_leads_somewhere_and_every_component_is_used(PublishedDocument document) {
    Set<String> referred = new TreeSet<>();
    for (Place place : document.objects()) {
      if (place.node().path("$ref").isString()) {
        String target = place.node().get("$ref").stringValue();
        assertThat(document.root().at(target.substring(1)).isMissingNode())
            .as(place.pointer() + " → " + target)
            .isFalse();
        referred.add(target);
      }
    }
    assertThat(referred).hasSizeGreaterThan(40);
    for (String kind : List.of("schemas", "responses", "parameters", "headers")) {
      for (String name : document.root().at("/components/" + kind).propertyNames()) {
        assertThat(referred).contains("#/components/" + kind + "/" + name);
      }
    }
  }

  @ParameterizedTest
  @FieldSource(ALL)
  void every_operation_has_an_id_of_its_own_a_summary_and_answers(PublishedDocument document) {
    Set<String> ids = new TreeSet<>();
    for (Place operation : document.operations()) {
      JsonNode node = operation.node();
      assertThat(node.path("summary").asString("")).as(operation.pointer()).isNotBlank();
      assertThat(ids.add(node.path("operationId").asString("")))
          .as(operation.pointer() + ": id is new")
          .isTrue();
      assertThat(node.get("responses").propertyNames())
          .as(operation.pointer())
          .anyMatch(status -> status.startsWith("2") || status.equals("101"))
          .contains("405", "500", "503");
    }
    assertThat(ids).hasSameSizeAs(document.api().operations());
  }

  @ParameterizedTest
  @FieldSource(ALL)
  void every_path_parameter_is_declared_and_required(PublishedDocument document) {
    for (String path : document.root().get("paths").propertyNames()) {
      JsonNode item = document.root().get("paths").get(path);
      Set<String> declared = new TreeSet<>();
      for (JsonNode parameter : item.path("parameters")) {
        JsonNode found = document.resolved(parameter);
        if (found.path("in").asString("").equals("path")) {
          assertThat(found.path("required").asBoolean(false)).as(path).isTrue();
          declared.add(found.get("name").stringValue());
        }
      }
      Set<String> named = new TreeSet<>();
      TEMPLATE_NAME.matcher(path).results().map(name -> name.group(1)).forEach(named::add);
      assertThat(declared).as(path).isEqualTo(named);
    }
  }

  @ParameterizedTest
  @FieldSource(ALL)
  void every_operation_with_a_credential_tells_what_happens_without(PublishedDocument document) {
    for (Place operation : document.operations()) {
      boolean open =
          operation.node().has("security")
              && (operation.node().get("security").isEmpty()
                  || operation.node().get("security").get(0).isEmpty());
      if (!open) {
        assertThat(operation.node().get("responses").propertyNames())
            .as(operation.pointer())
            .contains("401", "403");
      }
    }
  }

  @ParameterizedTest
  @FieldSource(ALL)
  void every_example_fits_its_schema(PublishedDocument document) {
    int examples = 0;
    for (Place place : document.objects()) {
      JsonNode node = place.node();
      for (JsonNode example : examples(node)) {
        String schema = node.has("schema") ? place.pointer() + "/schema" : place.pointer();
        assertThat(document.api().violations(schema, example)).as(place.pointer()).isEmpty();
        examples++;
      }
    }
    assertThat(examples).isGreaterThan(15);
  }

  private static List<JsonNode> examples(JsonNode node) {
    List<JsonNode> found = new ArrayList<>();
    if (node.has("example")) {
      found.add(node.get("example"));
    }
    JsonNode several = node.path("examples");
    if (several.isArray()) {
      several.forEach(found::add);
    } else if (several.isObject()) {
      several.forEach(example -> found.add(Objects.requireNonNull(example.get("value"))));
    }
    return found;
  }

  @ParameterizedTest
  @FieldSource(ALL)
  void a_closed_object_demands_its_members_in_the_order_it_lists_them(PublishedDocument document) {
    int closed = 0;
    for (Place place : document.objects()) {
      JsonNode node = place.node();
      if (node.path("additionalProperties").isBoolean() && node.has("properties")) {
        List<String> required = texts(node.path("required"));
        List<String> listed = new ArrayList<>(node.get("properties").propertyNames());
        Map<String, List<String>> optional =
            Map.of(
                "/components/schemas/ContentItem", List.of("payload"),
                "/components/schemas/RecordAnswer", List.of("curation"),
                "/components/schemas/Healthy/properties/checks", List.of("retention"),
                "/components/schemas/Unhealthy/properties/checks", List.of("retention"),
                "/components/schemas/IngestAccepted", List.of("deduplicated"),
                "/components/schemas/Error/properties/error", List.of("details"));
        listed.removeAll(optional.getOrDefault(place.pointer(), List.of()));
        if (node.has("dependentRequired")) {
          listed.removeAll(List.of("has_more", "next_cursor"));
        }
        assertThat(required).as(place.pointer()).isEqualTo(listed);
        closed++;
      }
    }
    assertThat(closed).isGreaterThanOrEqualTo(8);
  }
}
