package dev.catchment.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A small text file that only its owner may read, and that is there whole or not at all. On a
 * system without POSIX permissions the folder's own protection must do.
 */
public final class OwnerOnlyFile {
  private final Path path;

  public OwnerOnlyFile(Path path) {
    this.path = path;
  }

  /** Writes the text, in place of what was there. */
  public void write(String text) {
    try {
      Files.move(
          beside(text), path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + path, e);
    }
  }

  /** The text that is there; writes the given one first when there is none. */
  public String readOrWrite(String text) {
    try {
      if (Files.notExists(path)) {
        create(text);
      }
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot use " + path, e);
    }
  }

  private void create(String text) throws IOException {
    Path written = beside(text);
    try {
      // Unlike a move, a link never replaces what another process has just put there.
      Files.createLink(path, written);
    } catch (FileAlreadyExistsException e) {
      return;
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.move(written, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(written);
    }
  }

  private Path beside(String text) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Path file = Files.createTempFile(folder, ".writing", "", ownerOnly());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    return file;
  }

  private static FileAttribute<?>[] ownerOnly() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
