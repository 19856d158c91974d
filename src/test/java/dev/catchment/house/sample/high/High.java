package dev.catchment.house.sample.high;

/** Lives in a package without a word about itself. */
public record High() {}
