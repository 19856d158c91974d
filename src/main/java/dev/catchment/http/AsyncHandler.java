package dev.catchment.http;

import java.util.concurrent.CompletionStage;

/** Answers requests on an event loop; must never block. For the few hottest routes. */
@FunctionalInterface
public interface AsyncHandler {
  CompletionStage<Response> handle(Request request);
}
