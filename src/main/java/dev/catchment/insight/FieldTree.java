package dev.catchment.insight;

import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of some records, found by looking at each value. For one thread.
 *
 * <p>Bounded whatever the records hold: by depth, by length of a path, by different fields, by
 * elements of one array, and by values in all.
 */
public final class FieldTree {
  /** The most fields that are told. Of more, those that most records have. */
  public static final int FIELDS_MAX = 1_000;

  /** A path with more steps could not be asked for. */
  private static final int DEPTH_MAX = 64;

  private static final int PATH_CHARS_MAX = 1_024;
  private static final int NODES_MAX = 20_000;
  private static final int ELEMENTS_MAX = 1_000;
  private static final int VALUES_MAX = 2_000_000;

  private final FieldNode root = new FieldNode("$", 0);
  private int records;
  private int nodes;
  private int values;
  private boolean cut;

  /** Looks at the data of the next record; the newest comes first. */
  public void add(Json data) {
    walk(root, data, records);
    records++;
  }

  /** How many records were looked at. */
  public int records() {
    return records;
  }

  /** The data themselves. */
  FieldNode root() {
    return root;
  }

  private void walk(FieldNode node, Json value, int record) {
    if (++values > VALUES_MAX) {
      cut = true;
      return;
    }
    node.add(value, record);
    switch (value) {
      case Json.Obj object ->
          object
              .members()
              .forEach((name, member) -> {
                FieldNode below = member(node, name);
                if (below != null) {
                  walk(below, member, record);
                }
              });
      case Json.Arr array -> items(node, array, record);
      case Json.Str leaf -> {}
      case Json.Num leaf -> {}
      case Json.Bool leaf -> {}
      case Json.Null leaf -> {}
    }
  }

  private void items(FieldNode node, Json.Arr array, int record) {
    if (array.items().isEmpty()) {
      return;
    }
    FieldNode below = items(node);
    if (below == null) {
      return;
    }
    int some = Math.min(ELEMENTS_MAX, array.items().size());
    cut |= some < array.items().size();
    for (Json item : array.items().subList(0, some)) {
      walk(below, item, record);
    }
  }

  private @Nullable FieldNode member(FieldNode node, String name) {
    FieldNode known = node.member(name);
    if (known != null) {
      return known;
    }
    FieldNode made = node(Paths.member(node == root ? "" : node.path(), name), node.depth() + 1);
    if (made != null) {
      node.addMember(name, made);
    }
    return made;
  }

  private @Nullable FieldNode items(FieldNode node) {
    FieldNode known = node.items();
    if (known != null) {
      return known;
    }
    FieldNode made = node((node == root ? "" : node.path()) + "[]", node.depth() + 1);
    if (made != null) {
      node.setItems(made);
    }
    return made;
  }

  private @Nullable FieldNode node(String path, int depth) {
    if (depth > DEPTH_MAX || path.length() > PATH_CHARS_MAX || nodes >= NODES_MAX) {
      cut = true;
      return null;
    }
    nodes++;
    return new FieldNode(path, depth);
  }

  /**
   * The nodes that are told, ordered by path. With a node come all that it lies in. Data that are
   * no object are told as {@code $}.
   */
  List<FieldNode> told() {
    List<FieldNode> all = new ArrayList<>();
    if (root.values() > root.count(JsonType.OBJECT)) {
      all.add(root);
    }
    collect(root, all);
    // What a node lies in is in as many records at least and less deep.
    all.sort(
        Comparator.comparingInt((FieldNode node) -> -node.records())
            .thenComparingInt(FieldNode::depth)
            .thenComparing(FieldNode::path, Paths.BY_CODE_POINT));
    List<FieldNode> told = new ArrayList<>(all.subList(0, Math.min(FIELDS_MAX, all.size())));
    told.sort(Comparator.comparing(FieldNode::path, Paths.BY_CODE_POINT));
    return told;
  }

  /** Whether a bound was met, so that there is more than is told. */
  public boolean isCut() {
    return cut || nodes > FIELDS_MAX;
  }

  private static void collect(FieldNode node, List<FieldNode> into) {
    for (FieldNode member : node.members().values()) {
      into.add(member);
      collect(member, into);
    }
    FieldNode items = node.items();
    if (items != null) {
      into.add(items);
      collect(items, into);
    }
  }

  /** The fields, ordered by path. */
  public List<Field> fields() {
    return told().stream().map(node -> Field.of(node, records)).toList();
  }
}
