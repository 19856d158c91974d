package dev.catchment.live;

/** Somebody who is connected. */
@FunctionalInterface
public interface Subscriber {
  /** Is told something. Must return at once, and be safe for use by several threads. */
  void told(Told told);
}
