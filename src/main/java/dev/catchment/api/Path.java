package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.http.Request;

/** What stands in the path of a request. */
final class Path {
  private Path() {}

  /**
   * The id in the path, in its one form.
   *
   * @param thing what it is the id of; {@code <thing> not found} for a text that is no id
   */
  static String id(Request request, String thing) {
    return Ids.parse(request.path("id")).orElseThrow(() -> Failure.notFound(thing));
  }
}
