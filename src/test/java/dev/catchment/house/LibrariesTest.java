package dev.catchment.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Third-party libraries stay in the rooms that ARCHITECTURE.md gives them. */
final class LibrariesTest {
  @Test
  void librariesAreUsedOnlyInTheirRooms() {
    assertThat(libraries()).hasSizeGreaterThan(10);
    assertThat(violations(House.main(), House.ROOT, libraries())).isEmpty();
  }

  @Test
  void everyRoomOfALibraryExists() {
    Set<String> rooms = Tables.rooms(House.text("ARCHITECTURE.md")).keySet();
    assertThat(libraries().values()).allSatisfy(named -> assertThat(rooms).containsAll(named));
  }

  @Test
  void aLibraryOutsideItsRoomOrWithoutARowIsFound() {
    assertThat(violations(House.samples(), House.SAMPLE_ROOT, Map.of("java.sql", Set.of("high"))))
        .contains(
            "low.Low uses java.sql.Connection, which belongs to high",
            "low.Low uses com.tngtech.archunit.core.domain.JavaClass, which has no row");
    assertThat(violations(House.samples(), House.SAMPLE_ROOT, Map.of("java.sql", Set.of("low"))))
        .noneMatch(violation -> violation.contains("java.sql"));
  }

  private static Map<String, Set<String>> libraries() {
    return Tables.libraries(House.text("ARCHITECTURE.md"));
  }

  private static Set<String> violations(
      JavaClasses classes, String root, Map<String, Set<String>> libraries) {
    Set<String> found = new TreeSet<>();
    for (JavaClass type : classes) {
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        String use = type.getName().substring(root.length() + 1) + " uses " + target.getName();
        Optional<Set<String>> rooms =
            libraries.entrySet().stream()
                .filter(library -> target.getName().startsWith(library.getKey() + "."))
                .map(Map.Entry::getValue)
                .findFirst();
        if (rooms.isPresent()) {
          if (!rooms.get().contains(House.room(root, type))) {
            found.add(use + ", which belongs to " + String.join(", ", rooms.get()));
          }
        } else if (!free(target)) {
          found.add(use + ", which has no row");
        }
      }
    }
    return found;
  }

  private static boolean free(JavaClass type) {
    String name = type.getName();
    return type.isPrimitive()
        || name.startsWith("java.")
        || name.startsWith("javax.")
        || name.startsWith("org.jspecify.")
        || name.startsWith(House.ROOT + ".");
  }
}
