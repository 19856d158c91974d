package dev.catchment.collections;

import dev.catchment.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Deep merging of JSON values, by the rules of JSON Merge Patch (RFC 7386). Pure. */
final class MergePatch {
  private MergePatch() {}

  /**
   * A value after a patch: members of the patch replace those of the same name, objects are merged
   * member by member, null removes, and everything else replaces the whole.
   *
   * @param target null for nothing
   */
  static Json apply(@Nullable Json target, Json patch) {
    if (!(patch instanceof Json.Obj changes)) {
      return patch;
    }
    Map<String, Json> members =
        target instanceof Json.Obj known
            ? new LinkedHashMap<>(known.members())
            : new LinkedHashMap<>();
    changes
        .members()
        .forEach((name, value) -> {
          if (value instanceof Json.Null) {
            members.remove(name);
          } else {
            members.put(name, apply(members.get(name), value));
          }
        });
    return new Json.Obj(members);
  }

  /**
   * A value with what an earlier one had and it has not: what is left to do when the patches in
   * between are no longer known.
   */
  static Json under(Json value, Json earlier) {
    if (!(value instanceof Json.Obj known) || !(earlier instanceof Json.Obj below)) {
      return value;
    }
    Map<String, Json> members = new LinkedHashMap<>(known.members());
    below
        .members()
        .forEach((name, old) -> {
          Json mine = members.get(name);
          if (mine != null) {
            members.put(name, under(mine, old));
          } else if (!(old instanceof Json.Null)) {
            members.put(name, apply(null, old));
          }
        });
    return new Json.Obj(members);
  }
}
