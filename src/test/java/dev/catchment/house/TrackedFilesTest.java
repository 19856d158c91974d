package dev.catchment.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Files of the repository hold on every machine. */
final class TrackedFilesTest {
  private static final Set<String> NOT_OURS =
      Set.of(".git", "target", "data", "node_modules", "runtime", ".idea", ".vscode");

  /** Written in pieces, so that this file does not find itself. */
  private static final Pattern FOREIGN =
      Pattern.compile(
          String.join(
              "|",
              "(?<![\\w.*/}-])/(wo" + "rk|ro" + "ot)/",
              "(?<![\\w.*/}-])/(ho" + "me|Us" + "ers)/\\w+/",
              "repo1?\\.mav" + "en",
              "mav" + "en\\.org",
              "npm" + "js\\.",
              "yarn" + "pkg\\.",
              "py" + "pi\\.",
              "crates" + "\\.io",
              "rubygems" + "\\.org",
              "proxy\\.go" + "lang",
              "gh?cr" + "\\.io",
              "docker" + "\\.io",
              "arti" + "factory",
              "ne" + "xus\\."));

  @Test
  void noFileNamesAMachineOrARegistry() throws IOException, InterruptedException {
    List<Path> files = files();
    assertThat(files).hasSizeGreaterThan(30).contains(House.FOLDER.resolve("pom.xml"));
    List<String> found = new ArrayList<>();
    for (Path file : files) {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      // A NUL marks a binary file, such as an image.
      if (text.indexOf('\0') < 0) {
        foreign(text).forEach(what -> found.add(House.FOLDER.relativize(file) + ": " + what));
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void pathsAndHostsAreFoundAndLookalikesAreNot() {
    assertThat(
            foreign("cd /wo" + "rk/x; ls /ho" + "me/me/x; https://re" + "po.mav" + "en.apache.org"))
        .hasSize(3);
    assertThat(foreign("https://registry.npm" + "js.org and ghcr" + ".io/x")).hasSize(2);
    assertThat(foreign("$HOME/.jdks /usr/lib/jvm https://example.com/wo" + "rk/7 /v1/ho" + "me/a/"))
        .isEmpty();
  }

  private static List<String> foreign(String text) {
    Matcher matcher = FOREIGN.matcher(text);
    return matcher.results().map(result -> result.group()).toList();
  }

  /** The files git tracks; in an unpacked archive every file but build output. */
  private static List<Path> files() throws IOException, InterruptedException {
    if (Files.exists(House.FOLDER.resolve(".git"))) {
      Process git =
          new ProcessBuilder("git", "ls-files", "-z", "--cached")
              .directory(House.FOLDER.toFile())
              .start();
      String listed = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(git.waitFor()).as("exit of git ls-files").isZero();
      return Arrays.stream(listed.split("\0"))
          .map(House.FOLDER::resolve)
          .filter(Files::isRegularFile)
          .toList();
    }
    try (Stream<Path> all = Files.walk(House.FOLDER)) {
      return all.filter(Files::isRegularFile).filter(TrackedFilesTest::ours).toList();
    }
  }

  private static boolean ours(Path file) {
    return StreamSupport.stream(House.FOLDER.relativize(file).spliterator(), false)
        .noneMatch(step -> NOT_OURS.contains(step.toString()));
  }
}
