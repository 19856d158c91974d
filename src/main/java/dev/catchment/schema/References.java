package dev.catchment.schema;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Looks through a schema before it is compiled: what it refers to, and which patterns it has. */
final class References {
  private static final Set<String> REFERENCES = Set.of("$ref", "$dynamicRef", "$recursiveRef");

  /** Keywords whose value is data and holds no schema. */
  private static final Set<String> DATA = Set.of("const", "enum", "default", "example", "examples");

  /** Keywords whose members are named by the writer of the schema. */
  private static final Set<String> NAMED =
      Set.of(
          "properties",
          "patternProperties",
          "$defs",
          "definitions",
          "dependentSchemas",
          "dependencies",
          "dependentRequired");

  private final Set<String> ids = new HashSet<>();
  private final LinearRegex regex = new LinearRegex();

  private References() {}

  /** Throws when the schema refers to anything outside itself or has a pattern that is too hard. */
  static void check(Json.Obj schema) {
    References references = new References();
    references.collect(schema);
    references.check(schema, false);
  }

  private void collect(Json json) {
    switch (json) {
      case Json.Obj object -> {
        for (String name : Set.of("$id", "id")) {
          if (object.get(name) instanceof Json.Str(String id)) {
            ids.add(withoutFragment(id));
          }
        }
        object.members().values().forEach(this::collect);
      }
      case Json.Arr array -> array.items().forEach(this::collect);
      default -> {}
    }
  }

  private void check(Json json, boolean named) {
    switch (json) {
      case Json.Obj object -> {
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
          if (named) {
            check(member.getValue(), false);
          } else {
            keyword(member.getKey(), member.getValue());
          }
        }
      }
      case Json.Arr array -> array.items().forEach(item -> check(item, false));
      default -> {}
    }
  }

  private void keyword(String name, Json value) {
    if (REFERENCES.contains(name) && value instanceof Json.Str(String target)) {
      String document = withoutFragment(target);
      if (!document.isEmpty() && !ids.contains(document)) {
        throw Failure.body("json_schema", "refers to " + target + ", which is outside of it");
      }
    } else if (name.equals("pattern") && value instanceof Json.Str(String pattern)) {
      var _ = regex.compile(pattern);
    } else if (name.equals("patternProperties") && value instanceof Json.Obj patterns) {
      patterns.members().keySet().forEach(regex::compile);
      check(value, true);
    } else if (!DATA.contains(name)) {
      check(value, NAMED.contains(name));
    }
  }

  private static String withoutFragment(String reference) {
    int hash = reference.indexOf('#');
    return hash < 0 ? reference : reference.substring(0, hash);
  }
}
