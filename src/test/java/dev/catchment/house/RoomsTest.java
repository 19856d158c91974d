package dev.catchment.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Rooms import what ARCHITECTURE.md says they may, and nothing else. */
final class RoomsTest {
  @Test
  void roomsImportOnlyTheRoomsOfTheirRow() {
    assertThat(violations(House.main(), House.ROOT, rooms())).isEmpty();
  }

  @Test
  void rowsNameOnlyRoomsAboveThem() {
    assertThat(rooms()).hasSizeGreaterThan(15).containsKeys("base", "log", "bench", "main");
    assertThat(upward(rooms())).isEmpty();
    assertThat(upward(Map.of("low", Set.of("high")))).containsExactly("low names high");
  }

  @Test
  void anImportThatItsRowDoesNotNameIsFound() {
    Map<String, Set<String>> rooms = Tables.rooms(sample("low", "high | low"));

    assertThat(violations(House.samples(), House.SAMPLE_ROOT, rooms))
        .contains("low.Low uses high.High: the row of room low does not name high");
    assertThat(
            violations(
                House.samples(),
                House.SAMPLE_ROOT,
                Map.of("low", Set.of("high"), "high", Set.of())))
        .noneMatch(violation -> violation.startsWith("low."));
  }

  @Test
  void aPackageWithoutARowIsFoundAndRoomsHaveNoRoomsInside() {
    assertThat(violations(House.samples(), House.SAMPLE_ROOT, Map.of("low", Set.of("high"))))
        .contains(
            "high.High is in high, which has no row",
            "loose.deep.Loose is in loose.deep, which has no row");
  }

  private static String sample(String first, String second) {
    return "| Room | May import |\n|---|---|\n| " + first + " | – |\n| " + second + " |\n";
  }

  private static Map<String, Set<String>> rooms() {
    return Tables.rooms(House.text("ARCHITECTURE.md"));
  }

  private static List<String> upward(Map<String, Set<String>> rooms) {
    List<String> upward = new ArrayList<>();
    Set<String> above = new TreeSet<>();
    rooms.forEach((room, named) -> {
      named.stream()
          .filter(name -> !above.contains(name))
          .forEach(name -> upward.add(room + " names " + name));
      above.add(room);
    });
    return upward;
  }

  private static Set<String> violations(
      JavaClasses classes, String root, Map<String, Set<String>> rooms) {
    Set<String> found = new TreeSet<>();
    for (JavaClass type : classes) {
      String room = House.room(root, type);
      String name = type.getName().substring(root.length() + 1);
      if (!rooms.containsKey(room)) {
        found.add(name + " is in " + room + ", which has no row");
        continue;
      }
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        String other = House.room(root, target);
        if (!other.equals("(none)") && !other.equals(room) && !rooms.get(room).contains(other)) {
          found.add(
              name
                  + " uses "
                  + target.getName().substring(root.length() + 1)
                  + ": the row of room "
                  + room
                  + " does not name "
                  + other);
        }
      }
    }
    return found;
  }
}
