package dev.catchment.house;

import dev.catchment.testkit.OpenApi;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * An OpenAPI document that the server publishes, and how to walk it.
 *
 * @param name for the names of tests
 */
record PublishedDocument(String name, OpenApi api) {
  static final PublishedDocument GATEWAY = new PublishedDocument("gateway", OpenApi.gateway());
  static final PublishedDocument FEEDS = new PublishedDocument("feeds", OpenApi.feeds());
  static final List<PublishedDocument> ALL = List.of(GATEWAY, FEEDS);

  /** Members whose content is data and not part of the description. */
  private static final Set<String> DATA = Set.of("example", "examples", "default", "const", "enum");

  /**
   * A node of a document.
   *
   * @param pointer JSON Pointer from the root
   */
  record Place(String pointer, JsonNode node) {
    Place child(String name) {
      return new Place(
          pointer + "/" + name.replace("~", "~0").replace("/", "~1"),
          Objects.requireNonNull(node.get(name)));
    }
  }

  @Override
  public String toString() {
    return name;
  }

  JsonNode root() {
    return api.document();
  }

  /** The node at a JSON Pointer. */
  Place at(String pointer) {
    return new Place(pointer, root().at(pointer));
  }

  /** A schema among the components. */
  JsonNode schema(String name) {
    return root().at("/components/schemas/" + name);
  }

  /** The members that a schema among the components lists, in order. */
  List<String> members(String schema) {
    return List.copyOf(schema(schema).path("properties").propertyNames());
  }

  /** The node itself, or what its {@code $ref} points to. */
  JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? root().at(node.get("$ref").stringValue().substring(1)) : node;
  }

  /** Every operation. */
  List<Place> operations() {
    List<Place> found = new ArrayList<>();
    Place paths = at("/paths");
    for (String path : paths.node().propertyNames()) {
      Place item = paths.child(path);
      for (String name : item.node().propertyNames()) {
        if (item.child(name).node().has("responses")) {
          found.add(item.child(name));
        }
      }
    }
    return found;
  }

  /** Every object of the description, data left out. */
  List<Place> objects() {
    List<Place> found = new ArrayList<>();
    collect(at(""), false, found);
    return found;
  }

  private static void collect(Place place, boolean names, List<Place> found) {
    JsonNode node = place.node();
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      collect(new Place(place.pointer() + "/" + i, node.get(i)), false, found);
    }
    if (!node.isObject()) {
      return;
    }
    found.add(place);
    for (String name : node.propertyNames()) {
      // Below "properties" and the like a name is a name, even when it reads "default".
      if (names || !DATA.contains(name)) {
        boolean below = !names && (name.equals("properties") || name.equals("schemas"));
        collect(place.child(name), below, found);
      }
    }
  }
}
