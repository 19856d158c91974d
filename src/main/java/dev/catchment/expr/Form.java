package dev.catchment.expr;

import dev.catchment.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code application/x-www-form-urlencoded} as the WHATWG URL standard does (section 5.1): it
 * never fails, and a percent sign that starts no byte stands for itself.
 */
public final class Form {
  private Form() {}

  /**
   * The values by name, in order of first appearance: a string, or an array of strings for a name
   * that stands there more than once.
   */
  public static Json.Obj parse(byte[] raw) {
    Map<String, List<Json>> values = new LinkedHashMap<>();
    int start = 0;
    for (int end = 0; end <= raw.length; end++) {
      if (end == raw.length || raw[end] == '&') {
        add(values, raw, start, end);
        start = end + 1;
      }
    }
    Json.ObjBuilder form = Json.object();
    values.forEach(
        (name, list) -> form.put(name, list.size() == 1 ? list.getFirst() : new Json.Arr(list)));
    return form.build();
  }

  private static void add(Map<String, List<Json>> values, byte[] raw, int start, int end) {
    if (start == end) {
      return;
    }
    int equals = start;
    while (equals < end && raw[equals] != '=') {
      equals++;
    }
    String name = text(raw, start, equals);
    String value = text(raw, Math.min(equals + 1, end), end);
    values.computeIfAbsent(name, key -> new ArrayList<>(1)).add(Json.of(value));
  }

  private static String text(byte[] raw, int start, int end) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(end - start);
    for (int i = start; i < end; i++) {
      if (raw[i] == '+') {
        out.write(' ');
      } else if (raw[i] == '%'
          && i + 2 < end
          && HexFormat.isHexDigit(raw[i + 1])
          && HexFormat.isHexDigit(raw[i + 2])) {
        out.write(HexFormat.fromHexDigit(raw[i + 1]) << 4 | HexFormat.fromHexDigit(raw[i + 2]));
        i += 2;
      } else {
        out.write(raw[i]);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
