package dev.catchment.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Time, chance, waiting and output come from outside, as constructor parameters. */
final class BannedCallsTest {
  /**
   * A member that only some rooms may use.
   *
   * @param member matched against {@code owner.name}; constructors are named {@code <init>}
   * @param rooms who may
   */
  private record Ban(Pattern member, Set<String> rooms) {
    static Ban of(String member, String... rooms) {
      return new Ban(Pattern.compile(member), Set.of(rooms));
    }
  }

  private static final List<Ban> BANS =
      List.of(
          Ban.of("java\\.lang\\.System\\.(currentTimeMillis|nanoTime)", "observe", "bench", "main"),
          Ban.of("java\\.time\\.\\w+\\.now", "main"),
          Ban.of("java\\.time\\.(Clock|InstantSource)\\.(system\\w*|tick[MS]\\w+)", "main"),
          Ban.of("java\\.util\\.(Date\\.<init>|Calendar\\.getInstance)", "main"),
          Ban.of("java\\.lang\\.Thread\\.sleep|java\\.util\\.concurrent\\.TimeUnit\\.sleep"),
          Ban.of("java\\.util\\.concurrent\\.locks\\.LockSupport\\.park(Nanos|Until)", "bench"),
          Ban.of(
              "java\\.(util\\.(Splittable)?Random|security\\.SecureRandom)\\.(<init>|getInstance.*)",
              "main",
              "access"),
          Ban.of("java\\.lang\\.(Strict)?Math\\.random", "main", "access"),
          Ban.of("java\\.util\\.concurrent\\.ThreadLocalRandom\\.current", "main", "access"),
          Ban.of("java\\.util\\.random\\.RandomGenerator\\.(of|getDefault)", "main", "access"),
          Ban.of("java\\.util\\.UUID\\.randomUUID", "main", "access"),
          Ban.of("java\\.lang\\.System\\.(in|out|err)", "main", "bench"),
          Ban.of("java\\.lang\\.(System|Runtime)\\.(exit|halt)", "main"),
          Ban.of(".*\\.printStackTrace|java\\.lang\\.Thread\\.dumpStack"));

  @Test
  void noRoomCallsWhatItIsToBeGiven() {
    assertThat(House.main().stream().mapToInt(type -> type.getAccessesFromSelf().size()).sum())
        .as("uses looked at")
        .isGreaterThan(1_000);
    assertThat(violations(House.main(), House.ROOT)).isEmpty();
  }

  @Test
  void everyBanIsFoundInTheSampleThatBreaksIt() {
    Set<String> found = violations(House.samples(), House.SAMPLE_ROOT);
    assertThat(found)
        .contains(
            "low.Clocks calls java.time.Instant.now",
            "low.Clocks calls java.lang.System.out",
            "low.Clocks calls java.util.Random.<init>");
    assertThat(BANS)
        .allSatisfy(ban ->
            assertThat(found)
                .as(ban.member().pattern())
                .anyMatch(call ->
                    ban.member().matcher(call.substring(call.lastIndexOf(' ') + 1)).matches()));
  }

  private static Set<String> violations(JavaClasses classes, String root) {
    Set<String> found = new TreeSet<>();
    for (JavaClass type : classes) {
      String room = House.room(root, type);
      for (JavaAccess<?> access : type.getAccessesFromSelf()) {
        String member = access.getTargetOwner().getName() + "." + access.getTarget().getName();
        if (BANS.stream()
            .anyMatch(
                ban -> ban.member().matcher(member).matches() && !ban.rooms().contains(room))) {
          found.add(type.getName().substring(root.length() + 1) + " calls " + member);
        }
      }
    }
    return found;
  }
}
