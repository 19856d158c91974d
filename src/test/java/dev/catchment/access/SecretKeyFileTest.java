package dev.catchment.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SecretKeyFileTest {
  private static final Secret NONE = new Secret("");

  @TempDir Path folder;

  @Test
  void theKeyIsMadeOnceAndForItsOwnerAlone() throws IOException {
    Path data = folder.resolve("data");
    Secret made = file(data, 1).keyOr(NONE);
    assertThat(made.reveal()).matches("[0-9a-f]{64}");
    assertThat(file(data, 2).keyOr(NONE)).isEqualTo(made);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("secret.key"))))
        .isEqualTo("rw-------");
    try (Stream<Path> left = Files.list(data)) {
      assertThat(left).hasSize(1);
    }
  }

  @Test
  void aConfiguredKeyCountsAndNothingIsWritten() {
    assertThat(file(folder, 1).keyOr(new Secret("configured")).reveal()).isEqualTo("configured");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aDamagedFileIsNotReplaced() throws IOException {
    Files.writeString(folder.resolve("secret.key"), "abc");
    assertThatThrownBy(() -> file(folder, 1).keyOr(NONE)).hasMessageContaining("64 hex digits");
    assertThat(folder.resolve("secret.key")).hasContent("abc");
  }

  @Test
  void startsAtOnceAgreeOnOneKey() {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<Secret>> starts = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        SecretKeyFile file = file(folder, i);
        starts.add(CompletableFuture.supplyAsync(() -> file.keyOr(NONE), threads));
      }
      assertThat(starts.stream().map(CompletableFuture::join).distinct()).hasSize(1);
    }
  }

  @Test
  void anOwnerOnlyFileIsReplacedWhole() throws IOException {
    Path path = folder.resolve("bootstrap-key.txt");
    new OwnerOnlyFile(path).write("first");
    new OwnerOnlyFile(path).write("second");
    assertThat(path).hasContent("second");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  private static SecretKeyFile file(Path folder, int seed) {
    return new SecretKeyFile(folder, new SplittableRandom(seed));
  }
}
