package dev.catchment.house.sample.low;

/** Every name that says nothing. */
interface Names {
  record ThingManager() {}

  record ThingHelper() {}

  record ThingImpl() {}

  record ThingUtil() {}

  record ThingUtils() {}

  record AbstractThing() {}

  record DefaultThing() {}

  /** A name that only looks like one of them. */
  record Defaults() {}
}
