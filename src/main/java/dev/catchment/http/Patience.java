package dev.catchment.http;

import java.time.Duration;

/**
 * How slow senders may be.
 *
 * @param idle how long a connection may be without a whole request head, a piece of a body or a
 *     piece of an answer; heads are counted when they are whole, so this bounds them too
 * @param look how often bodies that are not whole yet are looked at
 * @param bodyBytes what must have come of such a body from one look to the next
 */
public record Patience(Duration idle, Duration look, int bodyBytes) {
  /** 75 s for a head, 100 bytes a second of a body. */
  public static final Patience STANDARD =
      new Patience(Duration.ofSeconds(75), Duration.ofSeconds(15), 1_500);
}
