package dev.catchment.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launcher, with a made-up JDK whose java prints how it was called. */
final class LauncherTest {
  @TempDir private Path folder;
  private Path program;

  private record Outcome(int exit, String out, String err) {}

  @BeforeEach
  void aProgramThatIsBuilt() throws IOException {
    program = Files.createDirectory(folder.resolve("a program"));
    Files.createDirectories(program.resolve("build"));
    Files.createDirectories(program.resolve("target/lib"));
    Files.copy(House.FOLDER.resolve("build/jdk.sh"), program.resolve("build/jdk.sh"));
    Files.copy(House.FOLDER.resolve("catchment"), program.resolve("catchment"));
    assertThat(program.resolve("catchment").toFile().setExecutable(true)).isTrue();
    Files.writeString(program.resolve("target/catchment.jar"), "");
  }

  @Test
  void runsTheJarWithItsArgumentsFromAnyFolderAndThroughLinks() throws Exception {
    Path jdk = jdk("jdk", "25.0.3");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("a program/catchment"));
    Path second = Files.createSymbolicLink(folder.resolve("second"), link);

    Outcome outcome =
        run(
            Map.of("JAVA_HOME", jdk.toString(), "CATCHMENT_JAVA_OPTS", "-Da=1 -Db=2"),
            second.toString(),
            "serve",
            "--set",
            "a = b");

    assertThat(outcome.exit()).isEqualTo(7);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out().lines())
        .containsSubsequence("-Da=1", "-Db=2", "-jar")
        .endsWith(
            program.toRealPath().resolve("target/catchment.jar").toString(),
            "serve",
            "--set",
            "a = b");
  }

  @Test
  void theBundledRuntimeCountsBeforeJavaHome() throws Exception {
    Path jdk = jdk("a program/runtime", "25");
    Files.writeString(jdk.resolve("bin/java"), "#!/bin/sh\necho bundled\n");

    Outcome outcome =
        run(
            Map.of("JAVA_HOME", jdk("jdk", "25").toString()),
            program.resolve("catchment").toString());

    assertThat(outcome.out()).isEqualTo("bundled\n");
  }

  @ParameterizedTest
  @CsvSource({
    "25, true",
    "25.0.3, true",
    "26-ea, true",
    "100, true",
    "24.0.9, false",
    "1.8.0_412, false",
    "17.0.15, false",
    "x, false"
  })
  void aJdkFitsByTheVersionItDeclares(String version, boolean fits) throws Exception {
    Path jdk = jdk("jdk", version);

    Outcome outcome = shell("fits '" + jdk + "' java && echo yes || echo no");

    assertThat(outcome.out()).isEqualTo(fits ? "yes\n" : "no\n");
    assertThat(shell("fits '" + jdk + "' javac || echo no").out()).isEqualTo("no\n");
  }

  @Test
  void aJdkThatDeclaresNothingIsAsked() throws Exception {
    Path jdk = jdk("jdk", "25");
    Files.delete(jdk.resolve("release"));
    Files.writeString(
        jdk.resolve("bin/java"), "#!/bin/sh\necho 'openjdk version \"25.0.1\" 2025-10-21' >&2\n");

    assertThat(shell("fits '" + jdk + "' java && echo yes").out()).isEqualTo("yes\n");
  }

  @Test
  void whatIsMissingIsSaidInOneLine() throws Exception {
    Outcome none = shell("jdk_wanted=999; find_jdk java; echo on");
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.out()).isEmpty();
    assertThat(none.err().lines()).hasSize(1);
    assertThat(none.err()).contains("no JDK 999", "JAVA_HOME", "install");

    Outcome maven = shell("jdk=/none; PATH=/none; unset MVNW_REPOURL; find_maven; echo on");
    assertThat(maven.exit()).isEqualTo(1);
    assertThat(maven.out()).isEmpty();
    assertThat(maven.err().lines()).hasSize(1);
  }

  @Test
  void aBuildIsStaleWhenASourceIsNewerAndNotOtherwise() throws Exception {
    assertThat(shell("stale || echo fresh").out()).isEqualTo("fresh\n");
    Path source = Files.createDirectories(program.resolve("src/main")).resolve("A.java");
    Files.writeString(source, "");
    Files.writeString(program.resolve("pom.xml"), "");
    assertThat(shell("touch '" + program + "/target/catchment.jar'; stale || echo fresh").out())
        .isEqualTo("fresh\n");
    assertThat(shell("touch -t 203801010000 '" + source + "'; stale && echo stale").out())
        .isEqualTo("stale\n");
    assertThat(
            shell("touch -t 202001010000 '" + source + "'; rmdir target/lib; stale && echo stale")
                .out())
        .isEqualTo("stale\n");
  }

  private Path jdk(String name, String version) throws IOException {
    Path jdk = folder.resolve(name);
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(
        jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    Files.writeString(jdk.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 7\n");
    assertThat(jdk.resolve("bin/java").toFile().setExecutable(true)).isTrue();
    return jdk;
  }

  private Outcome shell(String script) throws Exception {
    return run(Map.of(), "/bin/sh", "-c", "root=$PWD; program=test; . ./build/jdk.sh; " + script);
  }

  private Outcome run(Map<String, String> environment, String... command) throws Exception {
    Path err = folder.resolve("err");
    boolean shell = command[0].equals("/bin/sh");
    ProcessBuilder builder =
        new ProcessBuilder(List.of(command))
            .directory((shell ? program : folder).toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), out, Files.readString(err));
  }
}
