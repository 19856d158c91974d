package dev.catchment.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.simulation.DeliverySimulation.Weather;
import dev.catchment.testkit.BothDatabases;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Nodes that are killed, stand still or misjudge the time, over a network that loses answers: no
 * delivery is lost, and the rows tell the truth after every step.
 *
 * <p>More seeds on demand: {@code mvn test -Dtest=DeliverySimulationTest
 * -Dcatchment.simulation.seeds=500 -Dcatchment.simulation.first=1000}.
 */
final class DeliverySimulationTest {
  private static final int ACTS = 150;
  private static final long SEEDS = Long.getLong("catchment.simulation.seeds", 3);
  private static final long FIRST = Long.getLong("catchment.simulation.first", 1);

  @BothDatabases
  void nothingIsLostWhateverHappensToTheNodes(BothDatabases.Store store) {
    seeds()
        .forEach(seed -> {
          try (DeliverySimulation run = new DeliverySimulation(store, seed, Weather.ROUGH)) {
            run.run(ACTS);
            List<Attempt> attempts = run.check();
            assertThat(attempts.stream().map(Attempt::delivery).distinct())
                .as("seed %s", seed)
                .hasSize(run.owed());
          } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("Seed " + seed, e);
          }
        });
  }

  @BothDatabases
  void whereNothingBreaksEveryAttemptIsMadeOnce(BothDatabases.Store store) {
    seeds()
        .forEach(seed -> {
          try (DeliverySimulation run = new DeliverySimulation(store, seed, Weather.CALM)) {
            run.run(ACTS);
            assertThat(run.network().calls()).as("seed %s", seed).isEqualTo(run.check().size());
          } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("Seed " + seed, e);
          }
        });
  }

  private static LongStream seeds() {
    return LongStream.range(FIRST, FIRST + SEEDS);
  }
}
