package dev.catchment.api;

import dev.catchment.access.Caller;
import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.http.Request;

/**
 * Lets requests to test sessions in. Who knows the id of one may do everything with it; the
 * settings say who may try that.
 *
 * @param sessions who may use test sessions
 * @param tools who may have the server call addresses
 */
public record TestDoor(Gate gate, Openness sessions, Openness tools) {

  /** Who may use something. */
  public enum Openness {
    /** Everybody. */
    PUBLIC,
    /** Whoever shows a valid credential. */
    AUTHENTICATED,
    /** Nobody: it is not there. */
    OFF
  }

  /** Throws unless the request may be looked at. */
  void enter(Request request, boolean write) {
    checkOn();
    if (sessions == Openness.AUTHENTICATED) {
      known(request, write);
    }
  }

  /** The same for a change that makes the server call addresses. */
  void enterCalling(Request request) {
    checkOn();
    if (sessions == Openness.AUTHENTICATED || tools != Openness.PUBLIC) {
      known(request, true);
    }
  }

  /** Who claims a session, in the environment that the request names. */
  Caller claiming(Request request, Input input) {
    checkOn();
    return gate.placed(known(request, true), request, input);
  }

  /** Throws when there are no test sessions here. */
  void checkOn() {
    if (sessions == Openness.OFF) {
      throw new Failure(Failure.Code.NOT_FOUND, "Not found", null);
    }
  }

  private Caller known(Request request, boolean write) {
    Caller caller = gate.known(request, write);
    caller.require(segment(request), write);
    return caller;
  }

  private static String segment(Request request) {
    return request.head().path().contains("/agent/") ? "agent" : "test";
  }

  /** The id of a session in the path. */
  static String id(Request request) {
    return Ids.parse(request.path("id")).orElseThrow(() -> Failure.notFound("Session"));
  }
}
