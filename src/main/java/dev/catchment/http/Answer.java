package dev.catchment.http;

/** An answer that is there already, or one that is made while it is written. */
public sealed interface Answer permits Response, Streamed {}
