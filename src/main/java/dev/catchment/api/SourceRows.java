package dev.catchment.api;

import dev.catchment.base.Times;
import dev.catchment.http.Response;
import dev.catchment.ingest.Source;
import dev.catchment.ingest.SourceRules;
import dev.catchment.json.Json;
import dev.catchment.verify.Verification;
import dev.catchment.verify.VerificationFields;
import java.util.function.Supplier;

/**
 * Sources on the wire.
 *
 * @param publicUrl what ingest URLs start with, without a trailing slash; known once the server
 *     listens
 */
public record SourceRows(Supplier<String> publicUrl) {
  Response answer(int status, Source source) {
    return Response.json(status, Json.object().put("source", row(source)).build());
  }

  Json row(Source source) {
    SourceRules rules = source.rules();
    Source.Term term = source.term();
    VerificationFields fields = rules.verifying().fields();
    String header =
        fields.header() == null
            ? Verification.usualHeader(fields.type(), rules.template())
            : fields.header();
    return Json.object()
        .put("id", source.id())
        .put("org_id", source.scope().orgId())
        .put("env_id", source.scope().envId())
        .put("name", source.name())
        .put("slug", source.slug())
        .put("description", source.description())
        .put("template", rules.template())
        .put("type", source.kind())
        .put("source_config", Fields.text(Masks.config(source.config())))
        .put("verification_enabled", Json.flag(rules.verifying().enabled()))
        .put("verification_type", fields.type())
        .put("verification_secret", fields.secret() == null ? null : fields.secret().masked())
        .put("verification_header", header)
        .put("verification_config", Fields.text(Masks.config(fields.config())))
        .put("dedup_enabled", Json.flag(rules.dedup().enabled()))
        .put("dedup_strategy", rules.dedup().strategy())
        .put("dedup_field", rules.dedup().field())
        .put("dedup_window_seconds", rules.dedup().windowSeconds())
        .put("ip_allowlist", Fields.text(rules.addresses().allow()))
        .put("ip_denylist", Fields.text(rules.addresses().deny()))
        .put("schema_validation_enabled", Json.flag(rules.body().enabled()))
        .put("json_schema", Fields.text(rules.body().schema()))
        .put("schema_action", rules.body().action())
        .put("status", source.status().word())
        .put("event_count", source.totals().eventCount())
        .put("last_event_at", Fields.time(source.totals().lastEventAt()))
        .put("is_ephemeral", Json.flag(source.isEphemeral()))
        .put("expires_at", Fields.time(term == null ? null : term.expiresAt()))
        .put("request_limit", term == null ? Json.nil() : Json.of(term.requestLimit()))
        .put("created_at", Times.format(source.createdAt()))
        .put("updated_at", Times.format(source.updatedAt()))
        .put("ingest_url", ingestUrl(source))
        .build();
  }

  /** Where requests or messages are sent to. */
  String ingestUrl(Source source) {
    String base = publicUrl.get();
    // http becomes ws, and https wss.
    return source.isWebSocket()
        ? base.replaceFirst("^http", "ws") + "/v1/ws/ingest/" + source.id()
        : base + "/v1/ingest/" + source.id();
  }
}
