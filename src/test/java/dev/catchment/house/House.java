package dev.catchment.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the house tests look at: the compiled classes and the files of the repository. */
final class House {
  /** The package whose children are the rooms. */
  static final String ROOT = "dev.catchment";

  /** The package whose children play rooms that break rules. */
  static final String SAMPLE_ROOT = ROOT + ".house.sample";

  /** The folder of the repository; tests run in it. */
  static final Path FOLDER = Path.of("").toAbsolutePath();

  private static final JavaClasses MAIN = read("target/classes");
  private static final JavaClasses TEST = read("target/test-classes");

  private House() {}

  /** Every class of the program. */
  static JavaClasses main() {
    assertThat(MAIN.size()).as("classes of the program").isGreaterThan(100);
    return MAIN;
  }

  /** Every class of the tests but the samples. */
  static JavaClasses test() {
    JavaClasses classes =
        TEST.that(
            DescribedPredicate.describe(
                "no sample", type -> !type.getPackageName().startsWith(SAMPLE_ROOT)));
    assertThat(classes.size()).as("classes of the tests").isGreaterThan(10);
    return classes;
  }

  /** The classes that break rules on purpose. */
  static JavaClasses samples() {
    return TEST.that(
        DescribedPredicate.describe(
            "sample", type -> type.getPackageName().startsWith(SAMPLE_ROOT)));
  }

  /** The room of a class: its package below {@code root}, with dots if it wrongly is not flat. */
  static String room(String root, JavaClass type) {
    String name = type.getPackageName();
    return name.startsWith(root + ".") ? name.substring(root.length() + 1) : "(none)";
  }

  /** The text of a file of the repository. */
  static String text(String path) {
    try {
      return Files.readString(FOLDER.resolve(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JavaClasses read(String folder) {
    return new ClassFileImporter().importPath(FOLDER.resolve(folder));
  }
}
