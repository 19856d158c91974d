package dev.catchment.verify;

import dev.catchment.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The templates of sources, read from {@code verify/templates.json} of the program itself. */
public final class Templates {
  private static final Set<String> PRESETS =
      Set.of("dedup_strategy", "dedup_field", "event_time_path", "response");
  private static final List<Template> ALL = read();
  private static final Map<String, Template> BY_SLUG =
      Map.copyOf(ALL.stream().collect(Collectors.toMap(Template::slug, Function.identity())));

  private Templates() {}

  /** The promised ones in their order, then Meta and WebSub, then the others. */
  public static List<Template> list() {
    return ALL;
  }

  /** The template of that slug. */
  public static Optional<Template> find(String slug) {
    return Optional.ofNullable(BY_SLUG.get(slug));
  }

  private static List<Template> read() {
    try (InputStream in = Templates.class.getResourceAsStream("/verify/templates.json")) {
      if (in == null) {
        throw new IllegalStateException("verify/templates.json is missing");
      }
      List<Template> templates = new ArrayList<>();
      Json.Arr rows = (Json.Arr) Json.parse(in.readAllBytes()).orElseThrow();
      for (Json row : rows.items()) {
        templates.add(template((Json.Obj) row));
      }
      return List.copyOf(templates);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Template template(Json.Obj row) {
    Json.ObjBuilder wire = Json.object();
    Json.ObjBuilder preset = Json.object();
    row.members()
        .forEach((name, value) -> (PRESETS.contains(name) ? preset : wire).put(name, value));
    return new Template(wire.build(), preset.build());
  }
}
