package dev.catchment.api;

import dev.catchment.base.Times;
import dev.catchment.json.Json;
import dev.catchment.routing.EventRow;
import dev.catchment.trial.TestSession;
import org.jspecify.annotations.Nullable;

/** Test sessions and their events on the wire. */
final class TestSessionRows {
  private TestSessionRows() {}

  static Json.ObjBuilder opened(TestSession session, String url) {
    return Json.object()
        .put("session_id", session.id())
        .put("url", url)
        .put("expires_at", Times.format(session.expiresAt()))
        .put("request_limit", session.requestLimit())
        .put("request_count", session.requestCount());
  }

  static Json session(TestSession session, String url) {
    return Json.object()
        .put("id", session.id())
        .put("url", url)
        .put("expires_at", Times.format(session.expiresAt()))
        .put("request_limit", session.requestLimit())
        .put("request_count", session.requestCount())
        .put("created_at", Times.format(session.source().createdAt()))
        .put("response", response(session))
        .put("forwarding", forwarding(session))
        .build();
  }

  static Json response(TestSession session) {
    Json.Obj response = session.response();
    return response == null ? Json.nil() : response;
  }

  static Json forwarding(TestSession session) {
    TestSession.Forwarding forwarding = session.forwarding();
    Integer status = session.lastStatus();
    return Json.object()
        .put("url", forwarding.url())
        .put("enabled", forwarding.enabled())
        .put("last_status", status == null ? Json.nil() : Json.of(status))
        .put("last_error", session.lastError())
        .build();
  }

  static Json event(EventRow event, @Nullable String note) {
    return Json.object()
        .put("id", event.id())
        .put("source_id", event.from().sourceId())
        .put("method", event.request().method())
        .put("headers", event.request().headersJson())
        .put("content_type", event.request().contentType())
        .put("received_at", Times.format(event.receivedAt()))
        .put("payload_size", event.payloadSize())
        .put("note", note)
        .build();
  }
}
