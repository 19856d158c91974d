package dev.catchment.api;

import dev.catchment.base.Scope;
import dev.catchment.feeds.Actor;
import dev.catchment.http.Request;

/** Lets callers in to the management of feeds. */
@FunctionalInterface
public interface FeedGate {
  /** What a call needs. */
  enum Need {
    /** To read feeds and items. */
    READ,
    /** To change items and their order. */
    MODERATE,
    /** To make, change and remove feeds. */
    WRITE
  }

  /** Who was let in, and where. */
  record Pass(Scope scope, Actor actor) {}

  /** The caller; throws {@code UNAUTHENTICATED} or {@code FORBIDDEN}. */
  Pass of(Request request, Need need);
}
