package dev.catchment.delivery;

import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import java.util.List;

/**
 * Lets go what was held for destinations that take deliveries again, however much it is: nodes
 * claim it slice by slice as their lanes have room, the oldest first, so that it never stands in
 * the way of others and no transaction grows with it. While nothing is being let go it costs
 * nothing.
 */
final class Releases {
  /** How many are claimed in one transaction, and how many lines may begin to move. */
  private static final int SLICE = 200;

  private final Database database;
  private final Claimer claimer;
  private final LaneRoom room;
  private volatile boolean changed = true;
  private List<String> known = List.of();

  Releases(Database database, Claimer claimer, LaneRoom room) {
    this.database = database;
    this.claimer = claimer;
    this.room = room;
  }

  /** Begins, in a transaction that has locked the destination and found that it is open. */
  static void begin(Tx tx, String destinationId) {
    tx.update(
        "INSERT INTO releases (destination_id) VALUES (?) ON CONFLICT (destination_id) DO NOTHING",
        destinationId);
  }

  static void end(Tx tx, String destinationId) {
    tx.update("DELETE FROM releases WHERE destination_id = ?", destinationId);
  }

  /** Something may have been let go. From any thread. */
  void lookAgain() {
    changed = true;
  }

  /** Claims as much as there is room for. A lane that has none asks for another step later. */
  void step() {
    if (changed) {
      changed = false;
      known = database.read(Releases::list);
    }
    for (String destinationId : known) {
      boolean more = true;
      while (more && room.hasRoomFor(destinationId, SLICE)) {
        more = claimer.claimReleased(destinationId, SLICE);
      }
      // What is over is known to be so at the next look.
      changed |= !more;
    }
  }

  private static List<String> list(Tx tx) {
    return tx.list(
        "SELECT destination_id FROM releases ORDER BY destination_id",
        row -> row.string("destination_id"));
  }
}
