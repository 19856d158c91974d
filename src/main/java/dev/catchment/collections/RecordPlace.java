package dev.catchment.collections;

import dev.catchment.base.Failure;
import dev.catchment.expr.RecordOrder;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * A record's place in an ordered list: what the order compares, and the id.
 *
 * @param keys one for each path of the order
 * @param id of the record
 */
public record RecordPlace(List<byte[]> keys, String id) {
  private static final int ID_BYTES = 16;

  /**
   * The place as the opaque text of a cursor, which belongs to its order: base64url of the order's
   * hash, then each key behind its length, then the id.
   */
  public String text(RecordOrder order) {
    int bytes = keys.stream().mapToInt(key -> key.length + Short.BYTES).sum();
    ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + bytes + ID_BYTES);
    out.putInt(order.toString().hashCode());
    keys.forEach(key -> out.putShort((short) key.length).put(key));
    out.put(HexFormat.of().parseHex(id));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(out.array());
  }

  /** The place of such a text; {@code Invalid cursor} for any other or one of another order. */
  public static RecordPlace parse(String text, RecordOrder order) {
    try {
      ByteBuffer in =
          ByteBuffer.wrap(
              Base64.getUrlDecoder().decode(text.getBytes(StandardCharsets.ISO_8859_1)));
      if (in.getInt() != order.toString().hashCode()) {
        throw invalid();
      }
      List<byte[]> keys = new ArrayList<>();
      for (int i = 0; i < order.parts().size(); i++) {
        keys.add(bytes(in, in.getShort()));
      }
      String id = HexFormat.of().formatHex(bytes(in, ID_BYTES));
      if (in.hasRemaining()) {
        throw invalid();
      }
      return new RecordPlace(List.copyOf(keys), id);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      throw invalid();
    }
  }

  private static byte[] bytes(ByteBuffer in, int length) {
    if (length < 0 || length > in.remaining()) {
      throw invalid();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static Failure invalid() {
    return Failure.invalid("Invalid cursor");
  }
}
