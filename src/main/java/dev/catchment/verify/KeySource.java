package dev.catchment.verify;

import java.util.Optional;

/** What providers answered when they were asked for their keys, as far as the caller holds it. */
@FunctionalInterface
public interface KeySource {
  /** The answer's bytes; empty when it was not fetched yet. */
  Optional<byte[]> find(Fetch fetch);

  /** Holds nothing. */
  static KeySource none() {
    return fetch -> Optional.empty();
  }
}
