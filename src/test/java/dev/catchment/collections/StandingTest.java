package dev.catchment.collections;

import static dev.catchment.collections.CollectionRow.Status.ACTIVE;
import static dev.catchment.collections.CollectionRow.Status.DISABLED;
import static dev.catchment.collections.CollectionRow.Status.PAUSED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a collection goes on when its status changes. */
final class StandingTest {
  private static final long REACHED = 70;
  private static final long HEAD = 90;

  private record Case(Standing from, CollectionRow.Status becomes, Standing expected) {}

  @Test
  void aCollectionGoesOnWhereItsStatusLeftIt() {
    Standing following = new Standing(5, ACTIVE, null);
    Standing catchingUp = new Standing(5, ACTIVE, 20L);
    Standing paused = new Standing(5, PAUSED, 20L);
    Standing disabled = new Standing(5, DISABLED, null);
    List<Case> cases =
        List.of(
            new Case(following, PAUSED, new Standing(5, PAUSED, REACHED)),
            new Case(following, DISABLED, disabled),
            new Case(catchingUp, PAUSED, paused),
            new Case(catchingUp, DISABLED, disabled),
            new Case(paused, ACTIVE, catchingUp),
            new Case(paused, DISABLED, disabled),
            new Case(disabled, ACTIVE, new Standing(HEAD, ACTIVE, null)),
            new Case(disabled, PAUSED, new Standing(HEAD, PAUSED, HEAD)));
    for (Case one : cases) {
      assertThat(one.from().with(one.becomes(), REACHED, () -> HEAD))
          .as("%s becomes %s", one.from(), one.becomes())
          .isEqualTo(one.expected());
    }
    for (Standing same : List.of(following, catchingUp, paused, disabled)) {
      assertThat(same.with(same.status(), REACHED, () -> HEAD)).isEqualTo(same);
    }
  }
}
