package dev.catchment.house.sample.loose.deep;

/** Lives in a room inside a room. */
record Loose() {}
