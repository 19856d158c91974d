package dev.catchment.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The defaults file documents every setting, and the table in README.md is made from it. */
final class ConfigDocumentationTest {
  private static final String START = "<!-- config:start -->";
  private static final String END = "<!-- config:end -->";

  /**
   * A setting as the defaults file has it.
   *
   * @param meaning the comment above it in one line, empty when there is none
   */
  private record Setting(String key, String value, String meaning) {}

  @Test
  void everySettingHasAComment() {
    List<Setting> settings = settings(House.text("src/main/resources/catchment.properties"));

    assertThat(settings).hasSizeGreaterThan(25);
    assertThat(settings)
        .allSatisfy(setting -> assertThat(setting.meaning()).hasSizeGreaterThan(20));
  }

  @Test
  void theTableInTheReadmeIsTheDefaultsFile() {
    if (Files.exists(House.FOLDER.resolve("README.md"))) {
      String table = table(settings(House.text("src/main/resources/catchment.properties")));
      assertThat(between(House.text("README.md")))
          .as("README.md must hold between %s and %s:%n%s", START, END, table)
          .contains(table);
    }
  }

  @Test
  void theTableHasARowForEachSettingAndCommentsStayWithTheirKey() {
    String defaults = "# About the file.\n\n# Which port,\n# 0 for any.\na.port=1\na.bare=\n";

    assertThat(table(settings(defaults)))
        .isEqualTo(
            """
            | Setting | Default | Meaning |
            |---|---|---|
            | `a.port` | `1` | Which port, 0 for any. |
            | `a.bare` | empty |  |\
            """);
    assertThat(settings(defaults).getLast().meaning()).isEmpty();
    assertThat(between("x " + START + "\n\ntable\n\n" + END)).contains("table");
    assertThat(between("table")).isEmpty();
  }

  private static List<Setting> settings(String properties) {
    List<Setting> settings = new ArrayList<>();
    List<String> comment = new ArrayList<>();
    for (String line : properties.lines().toList()) {
      if (line.startsWith("#")) {
        comment.add(line.substring(1).strip());
        continue;
      }
      int equals = line.indexOf('=');
      if (equals > 0) {
        settings.add(
            new Setting(
                line.substring(0, equals), line.substring(equals + 1), String.join(" ", comment)));
      }
      comment.clear();
    }
    return settings;
  }

  private static String table(List<Setting> settings) {
    StringBuilder table = new StringBuilder("| Setting | Default | Meaning |\n|---|---|---|");
    for (Setting setting : settings) {
      table
          .append("\n| `")
          .append(setting.key())
          .append("` | ")
          .append(setting.value().isEmpty() ? "empty" : "`" + setting.value() + "`")
          .append(" | ")
          .append(setting.meaning().replace("|", "\\|").replace("*", "\\*"))
          .append(" |");
    }
    return table.toString();
  }

  private static Optional<String> between(String readme) {
    int start = readme.indexOf(START);
    int end = readme.indexOf(END);
    return start < 0 || end < start
        ? Optional.empty()
        : Optional.of(readme.substring(start + START.length(), end).strip());
  }
}
