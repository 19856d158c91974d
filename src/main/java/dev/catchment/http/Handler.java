package dev.catchment.http;

/** Answers requests on a virtual thread; may block and may throw {@code Failure}. */
@FunctionalInterface
public interface Handler {
  Response handle(Request request);
}
