package dev.catchment.insight;

import dev.catchment.json.Json;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The fields of a sample as a type of TypeScript. Values are never guessed to be an enumeration.
 */
public final class TypeScriptText {
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*");

  private final Set<FieldNode> told;
  private final StringBuilder out = new StringBuilder();

  private TypeScriptText(FieldTree tree) {
    this.told = new HashSet<>(tree.told());
  }

  /**
   * The text.
   *
   * @param slug the name of the type in lower case, with dashes
   */
  public static String of(FieldTree tree, String slug) {
    TypeScriptText text = new TypeScriptText(tree);
    text.out
        .append("// Inferred from ")
        .append(tree.records())
        .append(" records of the collection ")
        .append(slug)
        .append(".\nexport type ")
        .append(name(slug))
        .append(" = ");
    text.type(tree.root(), 0);
    return text.out.append(";\n").toString();
  }

  /** {@code open-orders} as {@code OpenOrders}. */
  static String name(String slug) {
    StringBuilder name = new StringBuilder();
    for (String word : slug.split("-")) {
      if (!word.isEmpty()) {
        name.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
      }
    }
    boolean begins = name.length() > 0 && !Character.isDigit(name.charAt(0));
    return begins ? name.toString() : "Record" + name;
  }

  private void type(FieldNode node, int indent) {
    List<JsonType> types = node.types();
    if (types.isEmpty()) {
      out.append("unknown");
      return;
    }
    Set<String> scalars = new LinkedHashSet<>();
    boolean first = true;
    for (JsonType type : types) {
      String scalar = scalar(type);
      if (!scalar.isEmpty() && !scalars.add(scalar)) {
        continue;
      }
      out.append(first ? "" : " | ");
      first = false;
      if (!scalar.isEmpty()) {
        out.append(scalar);
      } else if (type == JsonType.OBJECT) {
        object(node, indent);
      } else {
        array(node, indent);
      }
    }
  }

  /** Empty for containers. */
  private static String scalar(JsonType type) {
    return switch (type) {
      case STRING -> "string";
      case INTEGER, NUMBER -> "number";
      case BOOLEAN -> "boolean";
      case NULL -> "null";
      case OBJECT, ARRAY -> "";
    };
  }

  private void array(FieldNode node, int indent) {
    out.append("Array<");
    FieldNode items = node.items();
    if (items == null || !told.contains(items)) {
      out.append("unknown");
    } else {
      type(items, indent);
    }
    out.append('>');
  }

  private void object(FieldNode node, int indent) {
    boolean whole = node.members().values().stream().allMatch(told::contains);
    if (node.members().isEmpty()) {
      out.append("Record<string, unknown>");
      return;
    }
    out.append("{\n");
    for (Map.Entry<String, FieldNode> member : node.members().entrySet()) {
      if (told.contains(member.getValue())) {
        out.append("  ".repeat(indent + 1)).append(quoted(member.getKey()));
        out.append(JsonSchemaText.isRequired(node, member.getValue()) ? ": " : "?: ");
        type(member.getValue(), indent + 1);
        out.append(";\n");
      }
    }
    if (!whole) {
      out.append("  ".repeat(indent + 1)).append("[name: string]: unknown;\n");
    }
    out.append("  ".repeat(indent)).append('}');
  }

  private static String quoted(String name) {
    // A line separator may stand in a JSON string, and so it may in one of TypeScript.
    return IDENTIFIER.matcher(name).matches() ? name : Json.of(name).text();
  }
}
