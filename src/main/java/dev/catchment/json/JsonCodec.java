package dev.catchment.json;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/** Parses and writes the tree with the streaming parts of the library. */
final class JsonCodec {
  private static final int DEPTH_MAX = 512;

  /**
   * Values in one tree. Each takes some 70 bytes however short it was written, so that 100 MiB of
   * zeros, a hundred kilobytes when packed, would take gigabytes.
   */
  private static final int VALUES_MAX = 2_000_000;

  /** Whatever was parsed can be written again, also inside an answer of our own. */
  private static final int WRITTEN_DEPTH_MAX = 2 * DEPTH_MAX;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  // The body limit of the door bounds both; a number is never turned into digits
                  // here.
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(100_000)
                  .build())
          .streamWriteConstraints(
              StreamWriteConstraints.builder().maxNestingDepth(WRITTEN_DEPTH_MAX).build())
          .build();

  private int values;

  private JsonCodec() {}

  static Optional<Json> parse(byte[] utf8) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), utf8)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        return Optional.empty();
      }
      Json value = new JsonCodec().read(parser, first);
      return parser.nextToken() == null ? Optional.of(value) : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private Json read(JsonParser parser, JsonToken token) {
    if (++values > VALUES_MAX) {
      throw new StreamConstraintsException("More than " + VALUES_MAX + " values");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, Json> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          members.put(name, read(parser, parser.nextToken()));
        }
        yield new Json.Obj(members);
      }
      case START_ARRAY -> {
        List<Json> items = new ArrayList<>();
        for (JsonToken next = parser.nextToken();
            next != JsonToken.END_ARRAY;
            next = parser.nextToken()) {
          items.add(read(parser, next));
        }
        yield new Json.Arr(items);
      }
      case VALUE_STRING -> new Json.Str(parser.getString());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json.Num(parser.getString());
      case VALUE_TRUE -> new Json.Bool(true);
      case VALUE_FALSE -> new Json.Bool(false);
      case VALUE_NULL -> Json.nil();
      case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw new IllegalStateException("Unexpected token " + token);
    };
  }

  static byte[] write(Json value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      write(generator, value);
    }
    return out.toByteArray();
  }

  private static void write(JsonGenerator generator, Json value) {
    switch (value) {
      case Json.Str string -> generator.writeString(string.value());
      case Json.Num number -> generator.writeNumber(number.text());
      case Json.Bool bool -> generator.writeBoolean(bool.value());
      case Json.Null none -> generator.writeNull();
      case Json.Arr array -> {
        generator.writeStartArray();
        for (Json item : array.items()) {
          write(generator, item);
        }
        generator.writeEndArray();
      }
      case Json.Obj object -> {
        generator.writeStartObject();
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
          generator.writeName(member.getKey());
          write(generator, member.getValue());
        }
        generator.writeEndObject();
      }
    }
  }
}
