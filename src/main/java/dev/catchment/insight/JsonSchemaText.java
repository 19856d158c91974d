package dev.catchment.insight;

import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The fields of a sample as a JSON Schema, draft 2020-12, that every sampled record fits. */
public final class JsonSchemaText {
  private final Set<FieldNode> told;

  private JsonSchemaText(FieldTree tree) {
    this.told = new HashSet<>(tree.told());
  }

  /**
   * The schema.
   *
   * @param title what the records are
   */
  public static Json.Obj of(FieldTree tree, String title) {
    Json.Obj root = new JsonSchemaText(tree).schema(tree.root());
    return Json.object()
        .put("$schema", "https://json-schema.org/draft/2020-12/schema")
        .put("title", title)
        .put("$comment", "Inferred from " + tree.records() + " records")
        .putAll(root)
        .build();
  }

  private Json.Obj schema(FieldNode node) {
    Json.ObjBuilder schema = Json.object();
    List<String> types = new ArrayList<>(node.types().stream().map(JsonType::word).toList());
    if (types.contains("number")) {
      // Which holds for integers too.
      types.remove("integer");
    }
    if (types.size() == 1) {
      schema.put("type", types.getFirst());
    } else if (!types.isEmpty()) {
      schema.put("type", Json.texts(types));
    }
    if (node.format() != TextFormat.NONE) {
      schema.put("format", node.format().word());
    }
    if (node.count(JsonType.OBJECT) > 0) {
      members(node, schema);
    }
    FieldNode items = node.items();
    if (items != null && told.contains(items)) {
      schema.put("items", schema(items));
    }
    return schema.build();
  }

  private void members(FieldNode node, Json.ObjBuilder schema) {
    Json.ObjBuilder properties = Json.object();
    List<String> required = new ArrayList<>();
    for (Map.Entry<String, FieldNode> member : node.members().entrySet()) {
      if (told.contains(member.getValue())) {
        properties.put(member.getKey(), schema(member.getValue()));
        if (isRequired(node, member.getValue())) {
          required.add(member.getKey());
        }
      }
    }
    schema.put("properties", properties.build());
    if (!required.isEmpty()) {
      schema.put("required", Json.texts(required));
    }
  }

  /** Whether every object that was found there has the member. */
  static boolean isRequired(FieldNode object, FieldNode member) {
    return member.values() == object.count(JsonType.OBJECT);
  }
}
