package dev.catchment.testkit;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One of the OpenAPI 3.1 documents that the server publishes, as a judge of real answers.
 *
 * <p>All schemas are compiled once while the document is loaded, as JSON Schema 2020-12. Immutable
 * afterwards and safe for several threads, so a test class may keep one in a constant.
 */
public final class OpenApi {
  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int SHOWN_BODY_MAX = 2_000;

  /**
   * One path of the document.
   *
   * @param template as written, such as {@code /v1/sources/{id}}
   * @param operations by upper-case method
   */
  private record Path(String template, Pattern pattern, Map<String, Operation> operations) {}

  /**
   * One method of a path.
   *
   * @param answers by status; each maps its media types to a schema, or to none for free bytes
   */
  private record Operation(Map<Integer, Map<String, Optional<Schema>>> answers) {}

  private final JsonMapper json =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private final String base;
  private final JsonNode document;
  private final SchemaRegistry schemas;
  private final List<Path> paths;

  private OpenApi(String resource) {
    String text = text(resource);
    this.base = "https://documents.catchment.test" + resource;
    this.document = json.readTree(text);
    this.schemas =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(base, text)));
    this.paths = paths();
  }

  /** The document served at {@code /v1/openapi.json}. */
  public static OpenApi gateway() {
    return new OpenApi("/openapi/gateway.json");
  }

  /** The document served at {@code /feeds/v1/openapi.json}. */
  public static OpenApi feeds() {
    return new OpenApi("/openapi/feeds.json");
  }

  /** The whole document. */
  public JsonNode document() {
    return document;
  }

  /**
   * Every operation, as {@code GET /v1/sources/{id}}; HEAD is implied by GET and not among them.
   */
  public Set<String> operations() {
    Set<String> names = new TreeSet<>();
    for (Path path : paths) {
      path.operations().keySet().forEach(method -> names.add(method + " " + path.template()));
    }
    return names;
  }

  /**
   * Holds a real answer against the document.
   *
   * <p>HEAD is judged as GET without a body. 405 must be the answer exactly to the methods that the
   * document does not list for the path.
   *
   * @param method of the request, upper case
   * @param path of the request from the server's root, still percent-encoded; a query and one
   *     trailing slash are left aside
   * @param contentType of the answer with or without parameters, null when it had none
   * @param body of the answer, empty when it had none
   * @throws AssertionError when the operation, the status, the content type or the shape of the
   *     body is not in the document; the message lists every reason
   */
  public void check(
      String method, String path, int status, @Nullable String contentType, byte[] body) {
    String call = method + " " + path + " → " + status;
    Operation operation = operation(method, path, status, call);
    Map<String, Optional<Schema>> bodies = operation.answers().get(status);
    if (bodies == null) {
      throw new AssertionError(
          call + ": status is not in the document, which has " + operation.answers().keySet());
    }
    if (method.equals("HEAD") || bodies.isEmpty()) {
      if (body.length > 0) {
        throw new AssertionError(call + ": must have no body, but has " + shown(body));
      }
      return;
    }
    Optional<Schema> schema = schemaFor(bodies, contentType, call);
    schema.ifPresent(found -> checkBody(found, body, call));
  }

  /**
   * What is wrong with a value, seen from one schema of the document; empty when it fits.
   *
   * @param pointer JSON Pointer of the schema, such as {@code /components/schemas/Source}
   */
  public List<String> violations(String pointer, JsonNode value) {
    return violations(schemaAt(pointer), value);
  }

  private Operation operation(String method, String path, int status, String call) {
    String plain = plain(path);
    Path found =
        paths.stream()
            .filter(candidate -> candidate.pattern().matcher(plain).matches())
            .findFirst()
            .orElseThrow(() -> new AssertionError(call + ": path is not in the document"));
    Operation operation = found.operations().get(method.equals("HEAD") ? "GET" : method);
    if (operation != null) {
      if (status == METHOD_NOT_ALLOWED) {
        throw new AssertionError(call + ": the document lists this method, so 405 is wrong");
      }
      return operation;
    }
    if (status == METHOD_NOT_ALLOWED) {
      return found.operations().values().iterator().next();
    }
    throw new AssertionError(
        call + ": method is not in the document, which has " + found.operations().keySet());
  }

  private static Optional<Schema> schemaFor(
      Map<String, Optional<Schema>> bodies, @Nullable String contentType, String call) {
    String type =
        contentType == null
            ? "no content type"
            : contentType.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
    Optional<Schema> exact = bodies.get(type);
    Optional<Schema> schema = exact == null ? bodies.get("*/*") : exact;
    if (schema == null) {
      throw new AssertionError(
          call + ": " + type + " is not in the document, which has " + bodies.keySet());
    }
    return schema;
  }

  private void checkBody(Schema schema, byte[] body, String call) {
    JsonNode value;
    try {
      value = json.readTree(body);
    } catch (JacksonException e) {
      throw new AssertionError(
          call + ": body is not JSON: " + e.getOriginalMessage() + "\n" + shown(body), e);
    }
    List<String> reasons = violations(schema, value);
    if (!reasons.isEmpty()) {
      throw new AssertionError(
          call
              + ": body is not as in the document:\n  "
              + String.join("\n  ", reasons)
              + "\n"
              + shown(body));
    }
  }

  private static List<String> violations(Schema schema, JsonNode value) {
    return schema.validate(value).stream()
        .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
        .toList();
  }

  private List<Path> paths() {
    List<Path> found = new ArrayList<>();
    for (Map.Entry<String, JsonNode> item : document.get("paths").properties()) {
      Map<String, Operation> operations = new TreeMap<>();
      for (Map.Entry<String, JsonNode> member : item.getValue().properties()) {
        if (METHODS.contains(member.getKey())) {
          String pointer = "/paths/" + escaped(item.getKey()) + "/" + member.getKey();
          operations.put(member.getKey().toUpperCase(Locale.ROOT), operationAt(pointer));
        }
      }
      found.add(new Path(item.getKey(), pattern(item.getKey()), operations));
    }
    // A path spelled out wins over a template that would match it too.
    found.sort(
        Comparator.comparingLong(path -> path.template().chars().filter(c -> c == '{').count()));
    return List.copyOf(found);
  }

  private Operation operationAt(String pointer) {
    Map<Integer, Map<String, Optional<Schema>>> answers = new TreeMap<>();
    for (String status : document.at(pointer + "/responses").propertyNames()) {
      String response = resolved(pointer + "/responses/" + status);
      Map<String, Optional<Schema>> bodies = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> body : document.at(response).path("content").properties()) {
        String schema = response + "/content/" + escaped(body.getKey()) + "/schema";
        boolean judged = body.getKey().equals("application/json") && body.getValue().has("schema");
        bodies.put(body.getKey(), judged ? Optional.of(schemaAt(schema)) : Optional.empty());
      }
      answers.put(Integer.valueOf(status), bodies);
    }
    return new Operation(answers);
  }

  private Schema schemaAt(String pointer) {
    Schema schema = schemas.getSchema(SchemaLocation.of(base + "#" + resolved(pointer)));
    schema.initializeValidators();
    return schema;
  }

  /** The pointer itself, or what a lone {@code $ref} there points to. */
  private String resolved(String pointer) {
    JsonNode node = document.at(pointer);
    return node.size() == 1 && node.has("$ref")
        ? resolved(node.get("$ref").stringValue().substring(1))
        : pointer;
  }

  private static Pattern pattern(String template) {
    return Pattern.compile(
        Pattern.compile("[^/]+")
            .matcher(template)
            .replaceAll(segment ->
                segment.group().startsWith("{")
                    ? "[^/]+"
                    : Matcher.quoteReplacement(Pattern.quote(segment.group()))));
  }

  private static String plain(String path) {
    String plain = path.replaceFirst("\\?.*", "");
    return plain.length() > 1 && plain.endsWith("/")
        ? plain.substring(0, plain.length() - 1)
        : plain;
  }

  private static String escaped(String token) {
    return token.replace("~", "~0").replace("/", "~1");
  }

  private static String shown(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    return text.length() <= SHOWN_BODY_MAX ? text : text.substring(0, SHOWN_BODY_MAX) + "…";
  }

  private static String text(String resource) {
    try (InputStream in = OpenApi.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("No resource " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
