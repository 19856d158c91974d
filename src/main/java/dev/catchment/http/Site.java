package dev.catchment.http;

/** Chooses the API that answers a request, by its host and path. */
@FunctionalInterface
public interface Site {
  /**
   * The API and the path inside it.
   *
   * @param router the API
   * @param path the path to look up there
   */
  record Door(Router router, String path) {}

  Door door(Request.Head head);
}
