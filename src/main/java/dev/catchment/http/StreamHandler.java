package dev.catchment.http;

/** Decides, on a virtual thread, whether a connection is opened that stays open. */
@FunctionalInterface
public interface StreamHandler {
  /**
   * What is to happen on the connection. May block and may throw {@code Failure}, which is answered
   * as to any other request.
   */
  StreamListener open(Request request);
}
