package dev.catchment.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.collections.RecordRow;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Hadoop is on the path of the tests and not on that of the server. */
final class ParquetWithoutHadoopTest {
  /** Writes a file of some records; made again inside the loader that knows no Hadoop. */
  public static final class Writing implements Consumer<OutputStream> {
    @Override
    public void accept(OutputStream out) {
      try {
        ParquetSheet sheet = new ParquetSheet(out, Columns.parse("a,b", "columns"));
        for (int i = 0; i < 5_000; i++) {
          sheet.write(
              new RecordRow(
                  "0".repeat(32),
                  "k" + i,
                  "{\"a\":" + i + ",\"b\":\"" + "x".repeat(200) + "\"}",
                  i % 2 == 0 ? null : "t",
                  new RecordRow.Version("1".repeat(32), i, i),
                  false,
                  i,
                  i));
        }
        sheet.finish();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Loads everything anew but what belongs to the JDK, and nothing of Hadoop. */
  private static final class WithoutHadoop extends URLClassLoader {
    WithoutHadoop() {
      super(
          Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
              .map(entry -> url(Path.of(entry)))
              .toArray(URL[]::new),
          ClassLoader.getPlatformClassLoader());
    }

    private static URL url(Path path) {
      try {
        return path.toUri().toURL();
      } catch (MalformedURLException e) {
        throw new IllegalArgumentException(e);
      }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("org.apache.hadoop.")) {
        throw new ClassNotFoundException(name);
      }
      return super.loadClass(name, resolve);
    }
  }

  @Test
  @SuppressWarnings("unchecked")
  void aFileIsWrittenWhereHadoopCannotBeLoaded() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (WithoutHadoop loader = new WithoutHadoop()) {
      assertThatThrownBy(() -> loader.loadClass("org.apache.hadoop.conf.Configuration"))
          .isInstanceOf(ClassNotFoundException.class);
      Class<?> writing = loader.loadClass(Writing.class.getName());
      assertThat(writing).isNotSameAs(Writing.class);
      ((Consumer<OutputStream>) writing.getConstructor().newInstance()).accept(out);
    }
    assertThat(new String(out.toByteArray(), 0, 4, StandardCharsets.US_ASCII)).isEqualTo("PAR1");
    assertThat(out.size()).isBetween(5_000, 200_000);
  }
}
