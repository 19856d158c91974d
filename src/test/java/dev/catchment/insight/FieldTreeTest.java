package dev.catchment.insight;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.catchment.expr.RecordPath;
import dev.catchment.expr.RecordView;
import dev.catchment.json.Json;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FieldTreeTest {
  private static FieldTree tree(String... data) {
    FieldTree tree = new FieldTree();
    for (String one : data) {
      tree.add(Json.read(one));
    }
    return tree;
  }

  private static String told(FieldTree tree) {
    return tree.fields().stream()
        .map(field ->
            field.path()
                + " "
                + field.types()
                + " "
                + field.count()
                + " "
                + field.presence()
                + " "
                + field.nullable()
                + " "
                + field.example().text())
        .collect(Collectors.joining("\n"));
  }

  @Test
  void typesAreOrderedByHowOftenTheyWereFoundAndExamplesAreTheNewest() {
    assertThat(
            told(
                tree(
                    "{\"a\":null,\"n\":1}",
                    "{\"a\":\"new\",\"n\":1.0,\"l\":[1,\"x\",\"y\",null]}",
                    "{\"a\":\"old\",\"n\":2,\"l\":[]}",
                    "{}")))
        .isEqualTo(
            """
            a [string, null] 3 0.75 true "new"
            l [array] 2 0.5 false null
            l[] [string, integer, null] 1 0.25 true 1
            n [integer, number] 3 0.75 false 1\
            """);
  }

  @Test
  void presenceIsOneOnlyWhenEveryRecordHasTheField() {
    String[] data =
        IntStream.range(0, 100_000)
            .mapToObj(i -> i == 0 ? "{}" : "{\"a\":1}")
            .toArray(String[]::new);

    assertThat(tree(data).fields().getFirst().presence()).isEqualTo(0.9999);
  }

  @Test
  void dataThatAreNoObjectAreToldToo() {
    assertThat(told(tree("[[{\"a\":1}]]", "5")))
        .isEqualTo(
            """
            $ [array, integer] 2 1.0 false 5
            [] [array] 1 0.5 false null
            [][] [object] 1 0.5 false null
            [][].a [integer] 1 0.5 false 1\
            """);
  }

  @Test
  void examplesAreCutWithoutBreakingACharacterAndNumbersNotAtAll() {
    FieldTree tree =
        tree(
            "{\"s\":\""
                + "😀".repeat(300)
                + "\",\"n\":1"
                + "0".repeat(300)
                + ",\"l\":\"\\ud800\"}");

    assertThat(told(tree))
        .contains("s [string] 1 1.0 false \"" + "😀".repeat(200) + "\"")
        .contains("n [integer] 1 1.0 false null")
        .contains("l [string] 1 1.0 false \"\\uD800\"");
  }

  @Test
  void aFieldOfAnObjectCanBeAskedForByItsPath() {
    String data =
        "{\"a.b\":{\"[0]\":1,\"\":2},\"$ref\":3,\"x\":{\"$ref\":4},\"q\\\"\":5,\"0\":6,\"é\\n\":7}";
    RecordView record = new RecordView(new RecordView.Columns("k", null, 0, 0, 0), data);

    List<Field> leaves =
        tree(data).fields().stream().filter(field -> !field.types().contains("object")).toList();
    assertThat(leaves).hasSize(7);
    assertThat(leaves)
        .allSatisfy(field ->
            assertThat(RecordPath.parse(field.path()).find(record))
                .as(field.path())
                .contains(field.example()));
  }

  @Test
  void whateverComesThereAreBounds() {
    String wide =
        IntStream.range(0, 30_000)
            .mapToObj(i -> "\"f" + i + "\":1")
            .collect(Collectors.joining(",", "{\"id\":1,", "}"));
    String deep = "{\"a\":".repeat(500) + "1" + "}".repeat(500);
    String manyItems = "[" + "1,".repeat(100_000) + "1]";
    FieldTree tree = tree("{\"id\":2}", wide, deep, manyItems);

    assertThat(tree.fields()).hasSize(1_000);
    assertThat(tree.fields())
        .extracting(Field::path)
        .contains("id")
        .isSortedAccordingTo(Paths.BY_CODE_POINT);
    assertThat(tree.isCut()).isTrue();
    assertThat(JsonSchemaText.of(tree, "t").text()).hasSizeLessThan(100_000);
    assertThat(TypeScriptText.of(tree, "t")).hasSizeLessThan(100_000);
    assertThat(tree(deep).fields()).hasSize(64);
  }

  @Test
  void everySampledRecordFitsTheSchemaThatWasInferred() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 50; round++) {
      String[] data =
          IntStream.range(0, 10).mapToObj(i -> object(random, 0).text()).toArray(String[]::new);
      String text = JsonSchemaText.of(tree(data), "t").text();
      Schema schema =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(text);
      for (String one : data) {
        assertThat(schema.validate(one, InputFormat.JSON)).as(one + "\n" + text).isEmpty();
      }
    }
  }

  private static Json object(SplittableRandom random, int depth) {
    Json.ObjBuilder object = Json.object();
    for (int i = random.nextInt(5); i > 0; i--) {
      object.put(
          List.of("a", "b.c", "d", "", "$e").get(random.nextInt(5)), value(random, depth + 1));
    }
    return object.build();
  }

  private static Json value(SplittableRandom random, int depth) {
    return switch (random.nextInt(depth > 3 ? 6 : 8)) {
      case 0 -> Json.nil();
      case 1 -> Json.of(random.nextInt());
      case 2 -> new Json.Num("1.5e3");
      case 3 -> Json.of(true);
      case 4 -> Json.of("a@b.example");
      case 5 -> Json.of("x".repeat(random.nextInt(3)));
      case 6 -> object(random, depth);
      default -> Json.array(value(random, depth + 1), value(random, depth + 1));
    };
  }

  @Test
  void aTypeOfTypeScriptQuotesNamesAndGuessesNothing() {
    FieldTree tree =
        tree(
            "{\"id\":\"a\",\"first-name\":null,\"class\":1,\"items\":[{\"sku\":\"A\"},null],\"none\":[],\"o\":{}}",
            "{\"id\":\"b\",\"first-name\":\"x\",\"class\":2.5,\"items\":[{\"sku\":\"B\",\"n\":1}]}");

    assertThat(TypeScriptText.of(tree, "2-open-orders"))
        .isEqualTo(
            """
            // Inferred from 2 records of the collection 2-open-orders.
            export type Record2OpenOrders = {
              id: string;
              "first-name": null | string;
              class: number;
              items: Array<{
                sku: string;
                n?: number;
              } | null>;
              none?: Array<unknown>;
              o?: Record<string, unknown>;
            };
            """);
    assertThat(TypeScriptText.of(tree(), "x")).endsWith("export type X = unknown;\n");
  }

  @Test
  void stringsAreGivenAFormatOnlyWhenAllHaveIt() {
    assertThat(
            tree(
                    "{\"u\":\"0195220C-11d0-7e5a-8c1b-2f60437d9a01\",\"t\":\"2026-01-01T00:00:00+02:00\",\"d\":\"2026-01-01\","
                        + "\"m\":\"a.b@c.example\",\"l\":\"https://x.example/a?b\",\"mix\":\"a@b.example\",\"s\":\"\"}",
                    "{\"u\":null,\"mix\":\"no\",\"t\":\"2026-01-01T00:00:00Z\"}")
                .fields())
        .extracting(field -> field.path() + ":" + field.format())
        .containsExactly("d:date", "l:uri", "m:email", "mix:", "s:", "t:date-time", "u:uuid");
  }

  @Test
  void driftSaysHowLikelyChanceIs() {
    FieldTree before = tree("{\"a\":1}", "{\"a\":1,\"rare\":1}", "{\"a\":1}", "{\"a\":1}");
    FieldTree recent = tree("{\"a\":1.5}", "{\"a\":null,\"new\":1}");
    Drift drift = Drift.between(before, recent);

    assertThat(drift.vanished())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.field().path()).isEqualTo("rare");
          assertThat(one.byChance()).isEqualTo(0.5625);
        });
    assertThat(drift.appeared())
        .singleElement()
        .satisfies(one -> assertThat(one.byChance()).isEqualTo(0.0625));
    assertThat(drift.changed())
        .singleElement()
        .satisfies(one -> assertThat(one.recent().types()).containsExactly("null", "number"));
    assertThat(Drift.between(tree(), recent).appeared()).as("nothing to compare with").isEmpty();
  }
}
