package dev.catchment.retention;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Appends to files of gzip members (RFC 1952), which every gzip reader takes for one stream. Each
 * member says its length in an extra field, so that the end of the last whole one is found without
 * unpacking the others: what a crash left behind it would make the rest unreadable, and is cut off
 * before the next is appended. Used by one thread.
 */
final class GzipFile {
  /** Files whose end is known without looking. */
  private static final int KNOWN_MAX = 64;

  /** ID, deflate, an extra field, no time, no system; 12 bytes of extra: {@code CM}, 8 bytes. */
  private static final byte[] HEAD = {
    0x1f, (byte) 0x8b, 8, 4, 0, 0, 0, 0, 0, (byte) 0xff, 12, 0, 'C', 'M', 8, 0
  };

  private static final int HEAD_BYTES = HEAD.length + Long.BYTES;
  private static final int TAIL_BYTES = 2 * Integer.BYTES;

  private final Map<Path, Long> ends =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Long> eldest) {
          return size() > KNOWN_MAX;
        }
      };

  /**
   * Appends the text as one member. It is on the disk when this returns; when this throws, nothing
   * was appended or the next append removes what was.
   *
   * @param folder made when missing
   * @param name of the file in it
   */
  void append(Path folder, String name, byte[] text) throws IOException {
    createFolders(folder);
    Path file = folder.resolve(name);
    boolean isNew = Files.notExists(file);
    byte[] member = member(text);
    Long known = ends.remove(file);
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long end = known != null && known == channel.size() ? known : end(channel, file);
      channel.truncate(end);
      ByteBuffer bytes = ByteBuffer.wrap(member);
      while (bytes.hasRemaining()) {
        channel.write(bytes, end + bytes.position());
      }
      channel.force(true);
      ends.put(file, end + member.length);
    }
    if (isNew) {
      sync(folder);
    }
  }

  /** A file is only as safe as the entries of the folders that lead to it. */
  private static void createFolders(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      createFolders(parent);
    }
    Files.createDirectory(folder);
    if (parent != null) {
      sync(parent);
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static byte[] member(byte[] text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length / 4 + 64);
    out.writeBytes(new byte[HEAD_BYTES]);
    try (Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true)) {
      deflater.setInput(text);
      deflater.finish();
      byte[] buffer = new byte[8_192];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
    }
    CRC32 crc = new CRC32();
    crc.update(text);
    out.writeBytes(
        ByteBuffer.allocate(TAIL_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt((int) crc.getValue())
            .putInt(text.length)
            .array());
    byte[] member = out.toByteArray();
    ByteBuffer.wrap(member).order(ByteOrder.LITTLE_ENDIAN).put(HEAD).putLong(member.length);
    return member;
  }

  /** The end of the last whole member. */
  private static long end(FileChannel channel, Path file) throws IOException {
    long size = channel.size();
    long last = 0;
    long end = 0;
    while (size - end >= HEAD_BYTES) {
      byte[] head = read(channel, end, HEAD_BYTES);
      long length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong(HEAD.length);
      if (!startsLikeOurs(head) || length < HEAD_BYTES + TAIL_BYTES || length > size - end) {
        break;
      }
      last = end;
      end += length;
    }
    if (end == 0 && size > 0) {
      checkOurs(channel, file, (int) Math.min(size, HEAD.length));
    }
    return end == 0 || isWhole(channel, last, end) ? end : last;
  }

  private static boolean startsLikeOurs(byte[] head) {
    return Arrays.equals(HEAD, 0, HEAD.length, head, 0, HEAD.length);
  }

  /** A file that somebody else wrote is not to be cut. */
  private static void checkOurs(FileChannel channel, Path file, int bytes) throws IOException {
    byte[] start = read(channel, 0, bytes);
    boolean torn = Arrays.equals(start, new byte[bytes]);
    if (!torn && !Arrays.equals(start, Arrays.copyOf(HEAD, bytes))) {
      throw new IOException(file + " was not written by this server");
    }
  }

  private static boolean isWhole(FileChannel channel, long start, long end) throws IOException {
    byte[] member = read(channel, start, Math.toIntExact(end - start));
    int tail = member.length - TAIL_BYTES;
    CRC32 crc = new CRC32();
    long length = 0;
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(member, HEAD_BYTES, tail - HEAD_BYTES);
      byte[] buffer = new byte[8_192];
      while (!inflater.finished()) {
        int count = inflater.inflate(buffer);
        if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          return false;
        }
        crc.update(buffer, 0, count);
        length += count;
      }
    } catch (DataFormatException e) {
      return false;
    }
    ByteBuffer sums = ByteBuffer.wrap(member, tail, TAIL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return sums.getInt() == (int) crc.getValue() && sums.getInt() == (int) length;
  }

  private static byte[] read(FileChannel channel, long at, int bytes) throws IOException {
    byte[] read = new byte[bytes];
    ByteBuffer buffer = ByteBuffer.wrap(read);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new EOFException();
      }
    }
    return read;
  }
}
