package dev.catchment.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Classes are named for what they are, and every package says what it is. */
final class NamesTest {
  private static final Pattern EMPTY_WORDS =
      Pattern.compile(".*(Manager|Helper|Impl|Utils?)|(Abstract|Default)[A-Z].*");

  @Test
  void noClassNameIsMadeOfEmptyWords() {
    assertThat(misnamed(House.main())).isEmpty();
    assertThat(misnamed(House.test())).isEmpty();
    assertThat(misnamed(House.samples()))
        .containsExactlyInAnyOrder(
            "AbstractThing",
            "DefaultThing",
            "ThingHelper",
            "ThingImpl",
            "ThingManager",
            "ThingUtil",
            "ThingUtils");
  }

  @Test
  void everyPackageSaysWhatItIsAndHasNoHiddenNulls() {
    assertThat(packages(House.main())).hasSizeGreaterThan(8);
    assertThat(unmarked(House.main())).isEmpty();
    assertThat(unmarked(House.samples()))
        .contains(House.SAMPLE_ROOT + ".high")
        .doesNotContain(House.SAMPLE_ROOT + ".low");
  }

  private static Set<String> misnamed(JavaClasses classes) {
    return classes.stream()
        .map(JavaClass::getSimpleName)
        .filter(name -> EMPTY_WORDS.matcher(name).matches())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<JavaPackage> packages(JavaClasses classes) {
    return classes.stream().map(JavaClass::getPackage).collect(Collectors.toSet());
  }

  private static Set<String> unmarked(JavaClasses classes) {
    return packages(classes).stream()
        .filter(room -> !room.isAnnotatedWith(NullMarked.class))
        .map(JavaPackage::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
