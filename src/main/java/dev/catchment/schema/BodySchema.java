package dev.catchment.schema;

import com.networknt.schema.Error;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.ValidationLimitExceededException;
import com.networknt.schema.path.PathType;
import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A compiled JSON Schema: drafts 4, 6, 7, 2019-09 and 2020-12, chosen by {@code $schema}, draft 7
 * without it. Formats are asserted. Safe for use by several threads; fetches nothing.
 */
public final class BodySchema {
  /** How many violations of one body are told. */
  public static final int VIOLATIONS_MAX = 50;

  private static final String FIELD = "json_schema";
  private static final int SCHEMA_CHARS_MAX = 256 * 1_024;
  private static final int DEPTH_MAX = 200;

  /** A schema that branches much, or a body of very many items, is broken off after this. */
  private static final long STEPS_MAX = 2_000_000;

  private static final int MESSAGE_CHARS_MAX = 500;

  private final Schema schema;

  private BodySchema(Schema schema) {
    this.schema = schema;
  }

  /**
   * The compiled schema. Throws {@code INVALID}, naming {@code json_schema}, for an unknown {@code
   * $schema}, a reference out of the document, a pattern that needs backtracking or whose repeats
   * are too many, more than 256 Ki characters, and what the metaschema of its draft does not allow.
   */
  public static BodySchema compile(Json.Obj schema) {
    String text = schema.text();
    if (text.length() > SCHEMA_CHARS_MAX) {
      throw Failure.body(FIELD, "may have at most " + SCHEMA_CHARS_MAX + " characters");
    }
    SpecificationVersion draft = draft(schema);
    References.check(schema);
    try {
      checkAgainstMetaschema(draft, text);
      SchemaRegistry registry =
          SchemaRegistry.withDefaultDialect(
              draft,
              builder ->
                  builder
                      .schemaLoader(loader -> loader.fetchRemoteResources(false))
                      .schemaRegistryConfig(config()));
      Schema compiled = registry.getSchema(text, InputFormat.JSON);
      compiled.initializeValidators();
      return new BodySchema(compiled);
    } catch (SchemaException | IllegalArgumentException e) {
      throw Failure.body(FIELD, "cannot be used: " + brief(e.getMessage()));
    } catch (StackOverflowError e) {
      throw Failure.body(FIELD, "is nested too deeply");
    }
  }

  private static SpecificationVersion draft(Json.Obj schema) {
    return switch (schema.get("$schema")) {
      case null -> SpecificationVersion.DRAFT_7;
      case Json.Str(String id) -> known(id);
      default -> throw Failure.body(FIELD + ".$schema", "must be a string");
    };
  }

  private static SpecificationVersion known(String id) {
    Optional<SpecificationVersion> draft =
        SpecificationVersion.fromDialectId(id)
            .or(() -> SpecificationVersion.fromDialectId(id + "#"))
            .or(() -> SpecificationVersion.fromDialectId(id.replaceFirst("#$", "")));
    return draft.orElseThrow(
        () -> Failure.body(FIELD + ".$schema", "must name draft 4, 6, 7, 2019-09 or 2020-12"));
  }

  /** The metaschemas come with the library. */
  private static void checkAgainstMetaschema(SpecificationVersion draft, String text) {
    Schema metaschema =
        SchemaRegistry.withDefaultDialect(
                draft,
                builder -> builder.schemaLoader(loader -> loader.fetchRemoteResources(false)))
            .getSchema(com.networknt.schema.SchemaLocation.of(draft.getDialectId()));
    List<Error> errors = metaschema.validate(text, InputFormat.JSON);
    if (!errors.isEmpty()) {
      Error first = errors.getFirst();
      throw Failure.body(
          FIELD, "is no schema: " + first.getInstanceLocation() + " " + brief(first.getMessage()));
    }
  }

  private static SchemaRegistryConfig config() {
    return SchemaRegistryConfig.builder()
        .formatAssertionsEnabled(true)
        .regularExpressionFactory(new LinearRegex())
        .pathType(PathType.JSON_POINTER)
        .locale(Locale.ENGLISH)
        .build();
  }

  /**
   * What is wrong with a body, at most {@link #VIOLATIONS_MAX}; empty for one that fits. A body
   * that cannot be parsed is one violation, and so is one that takes too many steps to check.
   *
   * @param parsed the parsed body; empty when it cannot be parsed
   */
  public List<Violation> check(Optional<Json> parsed) {
    if (parsed.isEmpty()) {
      return List.of(new Violation("", "parse", "The body is neither valid JSON nor a form"));
    }
    try {
      return MatchBudget.within(() -> violations(parsed.get()));
    } catch (MatchBudget.SpentException | ValidationLimitExceededException | StackOverflowError e) {
      return List.of(new Violation("", "limit", "The body takes too many steps to check"));
    } catch (RuntimeException e) {
      // The library reads the text once more, within tighter bounds than ours: numbers of at most
      // 1,000 digits, 500 levels. What it says of others is an exception of its JSON library's.
      return List.of(new Violation("", "limit", "The body cannot be checked"));
    }
  }

  private List<Violation> violations(Json parsed) {
    return schema
        .validate(
            parsed.text(),
            InputFormat.JSON,
            context ->
                context.setExecutionConfig(
                    ExecutionConfig.builder()
                        .formatAssertionsEnabled(true)
                        .annotationCollectionEnabled(false)
                        .maxEvaluationSteps(STEPS_MAX)
                        .maxEvaluationDepth(DEPTH_MAX)
                        .locale(Locale.ENGLISH)
                        .build()))
        .stream()
        .limit(VIOLATIONS_MAX)
        .map(error ->
            new Violation(
                error.getInstanceLocation().toString(),
                error.getKeyword() == null ? "" : error.getKeyword(),
                brief(error.getMessage())))
        .toList();
  }

  private static String brief(@Nullable String message) {
    if (message == null) {
      return "";
    }
    return message.length() <= MESSAGE_CHARS_MAX
        ? message
        : message.substring(0, MESSAGE_CHARS_MAX) + "…";
  }
}
