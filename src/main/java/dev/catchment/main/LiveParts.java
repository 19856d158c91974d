package dev.catchment.main;

import dev.catchment.api.LiveRows;
import dev.catchment.api.OpenConnections;
import dev.catchment.live.Live;
import dev.catchment.worker.Loop;
import dev.catchment.worker.Step;
import java.util.List;
import java.util.OptionalLong;

/** What tells of things as they happen, and the connections of those who are told. */
record LiveParts(Live live, OpenConnections connections) {
  static LiveParts over(Stores stores) {
    return new LiveParts(
        new Live(stores.database(), stores.log(), LiveRows.tellers()),
        new OpenConnections(stores.clock()));
  }

  List<Loop> loops(Stores stores) {
    Loop telling = new Loop("live", live, stores.clock());
    live.wakes(telling::wake);
    Loop judging = new Loop("connections", this::judge, stores.clock());
    connections.wakes(judging::wake);
    return List.of(telling, judging);
  }

  private Step.Next judge() {
    OptionalLong next = connections.judgeDue();
    return next.isPresent() ? Step.at(next.getAsLong()) : Step.whenWoken();
  }
}
