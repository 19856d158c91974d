package dev.catchment.api;

import dev.catchment.http.Response;
import dev.catchment.ingest.Refusal;
import dev.catchment.json.Json;
import dev.catchment.schema.Violation;

/** The answers to requests that are not accepted. */
final class RefusalAnswers {
  private final GatewayProblems problems = new GatewayProblems();

  /** The error that the sender sees; a body that does not fit its schema is told how. */
  Response answer(Refusal refusal, String requestId) {
    Response response = problems.of(refusal.failure(), requestId);
    if (refusal.violations().isEmpty()) {
      return response;
    }
    Json.ObjBuilder body =
        Json.object()
            .putAll((Json.Obj) Json.parse(response.body()).orElseThrow())
            .put(
                "validation_errors",
                Json.array(refusal.violations().stream().map(RefusalAnswers::row).toList()));
    return Response.json(response.status(), body.build());
  }

  private static Json row(Violation violation) {
    return Json.object()
        .put("path", violation.path())
        .put("keyword", violation.keyword())
        .put("message", violation.message())
        .build();
  }
}
