package dev.catchment.transfer;

import dev.catchment.collections.RecordRow;
import dev.catchment.expr.RecordPath;
import dev.catchment.expr.RecordView;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * A record as a row of a Parquet file: the columns of the CSV form, times as timestamps in
 * milliseconds of UTC, the data as JSON, columns of paths as text.
 */
final class ParquetRow {
  private static final List<String> OWN =
      List.of(
          "record_key",
          "event_type",
          "source_event_id",
          "source_event_at",
          "created_at",
          "updated_at");

  private final Columns columns;
  private final MessageType schema;

  ParquetRow(Columns columns) {
    this.columns = columns;
    this.schema = schema(columns);
  }

  MessageType schema() {
    return schema;
  }

  private static MessageType schema(Columns columns) {
    var message =
        Types.buildMessage()
            .required(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(OWN.get(0))
            .optional(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(OWN.get(1))
            .required(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(OWN.get(2));
    for (String time : OWN.subList(3, OWN.size())) {
      message =
          message
              .required(PrimitiveTypeName.INT64)
              .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MILLIS))
              .named(time);
    }
    if (columns.paths().isEmpty()) {
      message =
          message
              .required(PrimitiveTypeName.BINARY)
              .as(LogicalTypeAnnotation.jsonType())
              .named("data");
    }
    Set<String> taken = new HashSet<>(OWN);
    for (RecordPath path : columns.paths()) {
      message =
          message
              .optional(PrimitiveTypeName.BINARY)
              .as(LogicalTypeAnnotation.stringType())
              .named(free(path.toString(), taken));
    }
    return message.named("record");
  }

  /** Columns need names of their own; the path, unless that is taken. */
  private static String free(String path, Set<String> taken) {
    String name = path;
    while (!taken.add(name)) {
      name = "data." + name;
    }
    return name;
  }

  void write(RecordRow record, RecordConsumer to) {
    to.startMessage();
    text(to, 0, record.key());
    text(to, 1, record.eventType());
    text(to, 2, record.version().sourceEventId());
    time(to, 3, record.version().sourceEventAt());
    time(to, 4, record.createdAt());
    time(to, 5, record.updatedAt());
    if (columns.paths().isEmpty()) {
      add(to, OWN.size(), Binary.fromString(record.data()));
    }
    RecordView view = record.view();
    for (int i = 0; i < columns.paths().size(); i++) {
      text(to, OWN.size() + i, Columns.Cell.of(columns.paths().get(i), view).text());
    }
    to.endMessage();
  }

  private void text(RecordConsumer to, int field, @Nullable String value) {
    if (value != null) {
      add(to, field, Binary.fromString(value));
    }
  }

  private void add(RecordConsumer to, int field, Binary value) {
    String name = schema.getFieldName(field);
    to.startField(name, field);
    to.addBinary(value);
    to.endField(name, field);
  }

  private void time(RecordConsumer to, int field, long value) {
    String name = schema.getFieldName(field);
    to.startField(name, field);
    to.addLong(value);
    to.endField(name, field);
  }
}
