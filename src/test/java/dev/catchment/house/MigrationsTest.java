package dev.catchment.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Both databases are changed in the same steps. */
final class MigrationsTest {
  @Test
  void bothDatabasesHaveTheSameMigrations() throws IOException {
    assertThat(names("sqlite")).isNotEmpty().isEqualTo(names("postgresql"));
  }

  @Test
  void migrationsAreNumberedWithoutGaps() throws IOException {
    List<String> names = names("sqlite");
    assertThat(names).allMatch(name -> name.matches("V\\d+__[a-z0-9_]+\\.sql"));
    assertThat(names.stream().map(MigrationsTest::number).sorted())
        .containsExactlyElementsOf(IntStream.rangeClosed(1, names.size()).boxed().toList());
  }

  private static int number(String name) {
    return Integer.parseInt(name.substring(1, name.indexOf('_')));
  }

  private static List<String> names(String dialect) throws IOException {
    Path folder = House.FOLDER.resolve("src/main/resources/db").resolve(dialect);
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
