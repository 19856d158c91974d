package dev.catchment.feeds;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where an item stands. Only staging and live are ever visible to readers. */
public enum ItemState {
  /** Arrived, waiting. */
  INBOX(0),
  /** Picked and cued. */
  STAGING(1),
  /** On air. */
  LIVE(2),
  /** Refused. */
  REJECTED(3);

  private final int number;

  ItemState(int number) {
    this.number = number;
  }

  /** The word on the wire. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The state of exactly that word. */
  public static Optional<ItemState> find(String word) {
    return Arrays.stream(values()).filter(state -> state.word().equals(word)).findFirst();
  }

  /** Whether readers see it. */
  public boolean isVisible() {
    return this == STAGING || this == LIVE;
  }

  /** The number in the column {@code list}. */
  int number() {
    return number;
  }

  static ItemState of(int number) {
    return Arrays.stream(values())
        .filter(state -> state.number == number)
        .findFirst()
        .orElseThrow();
  }
}
