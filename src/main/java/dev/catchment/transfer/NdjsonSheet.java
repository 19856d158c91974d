package dev.catchment.transfer;

import dev.catchment.base.Times;
import dev.catchment.collections.RecordRow;
import dev.catchment.expr.RecordFields;
import dev.catchment.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One JSON object a line. The data are written as they are stored, without being parsed. */
final class NdjsonSheet implements Sheet {
  private static final byte[] KEY = ascii("{\"record_key\":");
  private static final byte[] EVENT_TYPE = ascii(",\"event_type\":");
  private static final byte[] DATA = ascii(",\"data\":");
  private static final byte[] SOURCE_EVENT_ID = ascii(",\"source_event_id\":\"");
  private static final byte[] SOURCE_EVENT_AT = ascii("\",\"source_event_at\":\"");
  private static final byte[] CREATED_AT = ascii("\",\"created_at\":\"");
  private static final byte[] UPDATED_AT = ascii("\",\"updated_at\":\"");
  private static final byte[] END = ascii("\"}\n");
  private static final byte[] NULL = ascii("null");

  private final OutputStream out;
  private final @Nullable RecordFields fields;
  private final Stamp sourceEventAt = new Stamp();
  private final Stamp createdAt = new Stamp();
  private final Stamp updatedAt = new Stamp();

  /**
   * @param fields what is left of the data; null for all
   */
  NdjsonSheet(OutputStream out, @Nullable RecordFields fields) {
    this.out = out;
    this.fields = fields;
  }

  @Override
  public void write(RecordRow record) throws IOException {
    out.write(KEY);
    text(record.key());
    out.write(EVENT_TYPE);
    String type = record.eventType();
    if (type == null) {
      out.write(NULL);
    } else {
      text(type);
    }
    out.write(DATA);
    out.write(data(record));
    out.write(SOURCE_EVENT_ID);
    out.write(ascii(record.version().sourceEventId()));
    out.write(SOURCE_EVENT_AT);
    out.write(sourceEventAt.of(record.version().sourceEventAt()));
    out.write(CREATED_AT);
    out.write(createdAt.of(record.createdAt()));
    out.write(UPDATED_AT);
    out.write(updatedAt.of(record.updatedAt()));
    out.write(END);
  }

  private byte[] data(RecordRow record) {
    return fields == null
        ? record.data().getBytes(StandardCharsets.UTF_8)
        : fields.of(record.view().data()).bytes();
  }

  @Override
  public void finish() {}

  private void text(String text) throws IOException {
    if (isPlain(text)) {
      out.write('"');
      out.write(ascii(text));
      out.write('"');
    } else {
      out.write(Json.of(text).bytes());
    }
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c >= 0x7F || c == '"' || c == '\\') {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Times of records are often of the same second, of which the text is kept. */
  private static final class Stamp {
    private static final int MILLIS_AT = "2026-03-01T09:30:00.".length();

    private long second = Long.MIN_VALUE;
    private byte[] text = {};

    byte[] of(long epochMillis) {
      long of = Math.floorDiv(epochMillis, 1_000L);
      if (of != second || text.length != MILLIS_AT + 4) {
        text = ascii(Times.format(epochMillis));
        second = of;
        return text;
      }
      int millis = (int) Math.floorMod(epochMillis, 1_000L);
      text[MILLIS_AT] = (byte) ('0' + millis / 100);
      text[MILLIS_AT + 1] = (byte) ('0' + millis / 10 % 10);
      text[MILLIS_AT + 2] = (byte) ('0' + millis % 10);
      return text;
    }
  }
}
