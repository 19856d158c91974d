package dev.catchment.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WarmCommandTest {
  private static final long PATIENCE_SECONDS = 60;

  @TempDir private Path folder;

  @Test
  void aServerStartsAnswersAndStopsByItselfWhateverStoreTheEnvironmentNames() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "warm")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("CATCHMENT_DATABASE_URL", "postgresql://a:b@127.0.0.1:1/nothing");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(folder).isDirectoryNotContaining("glob:**/catchment-warm*");
    } finally {
      process.destroyForcibly();
    }
  }
}
