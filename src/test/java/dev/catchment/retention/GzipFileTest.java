package dev.catchment.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a crash left at the end of a file, it stays readable to everyone. */
final class GzipFileTest {
  private static final String NAME = "01.ndjson.gz";

  @TempDir private Path folder;

  private void append(GzipFile files, String text) throws IOException {
    files.append(folder.resolve("a/b"), NAME, text.getBytes(StandardCharsets.UTF_8));
  }

  private Path file() {
    return folder.resolve("a/b").resolve(NAME);
  }

  private String text() throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file()))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void membersReadAsOneText() throws IOException {
    GzipFile files = new GzipFile();
    append(files, "one\n");
    append(files, "");
    append(files, "two\n".repeat(10_000));
    append(new GzipFile(), "three\n");

    assertThat(text()).isEqualTo("one\n" + "two\n".repeat(10_000) + "three\n");
  }

  @Test
  void aTornMemberIsCutOffWhereverItBroke() throws IOException {
    append(new GzipFile(), "one\n");
    int first = (int) Files.size(file());
    append(new GzipFile(), "torn\n");
    byte[] both = Files.readAllBytes(file());

    for (int length = first; length < both.length; length++) {
      Files.write(file(), Arrays.copyOf(both, length));
      append(new GzipFile(), "two\n");
      assertThat(text()).as("cut at %d", length).isEqualTo("one\ntwo\n");
    }
    for (int length = 0; length < first; length++) {
      Files.write(file(), Arrays.copyOf(both, length));
      append(new GzipFile(), "two\n");
      assertThat(text()).as("cut at %d", length).isEqualTo("two\n");
    }
  }

  @Test
  void aMemberOfTheRightLengthWithLostBytesIsCutOff() throws IOException {
    append(new GzipFile(), "one\n");
    int first = (int) Files.size(file());
    append(new GzipFile(), "lost, and not what was written\n");
    byte[] both = Files.readAllBytes(file());

    for (int from = first; from < both.length; from++) {
      byte[] zeroed = both.clone();
      Arrays.fill(zeroed, from, zeroed.length, (byte) 0);
      if (Arrays.equals(zeroed, both)) {
        continue;
      }
      Files.write(file(), zeroed);
      append(new GzipFile(), "two\n");
      assertThat(text()).as("zero from %d", from).isEqualTo("one\ntwo\n");
    }
  }

  @Test
  void aFileThatGrewBehindOurBackIsLookedAtAgain() throws IOException {
    GzipFile files = new GzipFile();
    append(files, "one\n");
    append(new GzipFile(), "of another\n");
    append(files, "two\n");

    assertThat(text()).isEqualTo("one\nof another\ntwo\n");
  }

  @Test
  void aFileOfSomebodyElseIsNotTouched() throws IOException {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), "my notes, which I keep here");

    assertThatThrownBy(() -> append(new GzipFile(), "one\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not written by this server");
    assertThat(file()).hasContent("my notes, which I keep here");
  }
}
