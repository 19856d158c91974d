package dev.catchment.ingest;

/** A request to a source that takes messages of WebSockets, or the other way round. */
public final class WrongDoor extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WrongDoor() {
    super("The source takes its events otherwise", null, false, false);
  }
}
