package dev.catchment.feeds;

import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** A poll before its first vote: what a person sends, with what belongs to the server alone. */
final class PollDraft {
  private static final int OPTIONS_MIN = 2;
  private static final int OPTIONS_MAX = 20;
  private static final Pattern OPTION_ID = Pattern.compile("[a-z0-9_-]{1,40}");

  private PollDraft() {}

  static Json.Obj of(Json.Obj given, Faults faults) {
    for (String name : List.of("opensAt", "closesAt")) {
      if (Payloads.isGiven(given.get(name))) {
        faults.add("payload." + name, "must be null: this version does not act on it");
      }
    }
    Map<String, Json> poll = new LinkedHashMap<>(given.members());
    poll.put("status", Json.of("DRAFT"));
    poll.put("totalVotes", Json.of(0));
    if (given.get("options") instanceof Json.Arr options) {
      poll.put("options", options(options, faults));
    } else {
      faults.add("payload.options", "must be an array");
      poll.put("options", Json.array());
    }
    return new Json.Obj(poll);
  }

  private static Json options(Json.Arr given, Faults faults) {
    if (given.items().size() < OPTIONS_MIN || given.items().size() > OPTIONS_MAX) {
      faults.add(
          "payload.options", "must have " + OPTIONS_MIN + " to " + OPTIONS_MAX + " elements");
      return Json.array();
    }
    List<Json> options = new ArrayList<>();
    Set<Json> ids = new HashSet<>();
    for (Json item : given.items()) {
      if (!(item instanceof Json.Obj object)) {
        options.add(item);
        continue;
      }
      Map<String, Json> option = new LinkedHashMap<>(object.members());
      Json id = option.get("id");
      if (!Payloads.isGiven(id)) {
        id = Json.of(Character.toString('a' + options.size()));
        option.put("id", id);
      }
      boolean good = id instanceof Json.Str text && OPTION_ID.matcher(text.value()).matches();
      if (!good || !ids.add(id)) {
        faults.add(
            "payload.options[" + options.size() + "].id",
            "must match ^[a-z0-9_-]{1,40}$ and be unique in the poll");
      }
      option.put("votes", Json.of(0));
      option.put("percent", new Json.Num("0.0"));
      options.add(new Json.Obj(option));
    }
    return Json.array(options);
  }
}
