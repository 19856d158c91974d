package dev.catchment.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests wait for what happens, all of them run, and none is skipped. */
final class TestHabitsTest {
  @Test
  void noTestSleepsOrIsSkippedOrOverlooked() {
    assertThat(
            House.test().stream()
                .flatMap(type -> type.getMethods().stream())
                .filter(TestHabitsTest::isTest)
                .count())
        .as("tests looked at")
        .isGreaterThan(20);
    assertThat(violations(House.test())).isEmpty();
  }

  @Test
  void everyBadHabitIsFound() {
    assertThat(violations(House.samples()))
        .contains(
            "Clocks sleeps",
            "Skipped is disabled",
            "Skipped.skipped is disabled",
            "Skipped has tests but no name ending in Test or IT, so the build does not run it");
  }

  private static Set<String> violations(JavaClasses classes) {
    Set<String> found = new TreeSet<>();
    for (JavaClass type : classes) {
      String name = type.getSimpleName();
      if (type.getMethodCallsFromSelf().stream()
          .anyMatch(call ->
              call.getName().equals("sleep")
                  && call.getTargetOwner().getPackageName().startsWith("java."))) {
        found.add(name + " sleeps");
      }
      if (disabled(type.getAnnotations().stream())) {
        found.add(name + " is disabled");
      }
      for (JavaMethod method : type.getMethods()) {
        if (disabled(method.getAnnotations().stream())) {
          found.add(name + "." + method.getName() + " is disabled");
        }
        // Tests of an abstract class run in those that extend it.
        if (isTest(method)
            && !name.endsWith("Test")
            && !name.endsWith("IT")
            && !type.getModifiers().contains(JavaModifier.ABSTRACT)
            && !type.isNestedClass()) {
          found.add(
              name + " has tests but no name ending in Test or IT, so the build does not run it");
        }
      }
    }
    return found;
  }

  private static boolean disabled(Stream<? extends JavaAnnotation<?>> annotations) {
    return annotations.anyMatch(
        annotation -> annotation.getRawType().getSimpleName().startsWith("Disabled"));
  }

  private static boolean isTest(JavaMethod method) {
    return method.isMetaAnnotatedWith("org.junit.platform.commons.annotation.Testable");
  }
}
