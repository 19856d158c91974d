package dev.catchment.main;

import dev.catchment.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sources with every kind of check on, each beside a request that it takes, if one is known. */
final class FuzzTargets {
  /** A source of its kind would fetch a certificate from outside for a request that looks right. */
  private static final String FETCHES = "aws-sns";

  private static final Set<String> OF_CONNECTION = Set.of("host", "content-length", "connection");

  /** A source. */
  record Target(String kind, String sourceId, @Nullable Genuine genuine) {}

  /** A request as a provider sends it. */
  record Genuine(
      String method, String query, List<Map.Entry<String, String>> headers, byte[] body) {}

  private final LiveNode node;
  private final List<Target> targets = new ArrayList<>();

  private FuzzTargets(LiveNode node) {
    this.node = node;
  }

  static List<Target> make(LiveNode node) {
    FuzzTargets all = new FuzzTargets(node);
    all.ownRules();
    all.providers();
    return all.targets;
  }

  private void ownRules() {
    add("plain", "{}");
    add("hmac", "{'verification_type':'hmac_sha256','verification_secret':'a secret of hmac'}");
    add(
        "hmac-base64",
        "{'verification_type':'hmac_sha1','verification_secret':'a secret of hmac',"
            + "'verification_config':{'encoding':'base64','prefix':'v0=','id_header':'X-A',"
            + "'timestamp_header':'X-B','signed_content':'{id}.{timestamp}.{body}'}}");
    add(
        "standard-webhooks-own",
        "{'verification_type':'standard_webhooks','verification_secret':'"
            + "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'}");
    add("dedup-payload", "{'dedup_enabled':1,'dedup_strategy':'payload_hash'}");
    add("dedup-header", "{'dedup_enabled':1,'dedup_strategy':'header_field','dedup_field':'X-A'}");
    add("dedup-body", "{'dedup_enabled':1,'dedup_strategy':'body_field','dedup_field':'id'}");
    String schema =
        "'schema_validation_enabled':1,'json_schema':{'type':'object','required':['id'],"
            + "'properties':{'id':{'type':'string','pattern':'^[0-9]+$','maxLength':3}}}";
    add("schema-reject", "{" + schema + "}");
    add("schema-warn", "{" + schema + ",'schema_action':'warn'}");
    add("denied", "{'ip_denylist':['127.0.0.0/8']}");
    add("not-allowed", "{'ip_allowlist':['2001:db8::/32']}");
    add("limited", "{'source_config':{'rate_limit_per_second':1}}");
    add("small", "{'source_config':{'max_body_bytes':16}}");
    add(
        "answering",
        "{'source_config':{'response':{'status_code':201,'content_type':'text/plain','body':'ä'}}}");
    add(FETCHES, "{'template':'aws-sns'}");
    targets.add(new Target("unknown", "0".repeat(32), null));
  }

  private void add(String slug, String rules) {
    targets.add(
        new Target(slug, node.source(slug, (Json.Obj) Json.read(rules.replace('\'', '"'))), null));
  }

  private void providers() {
    Set<String> seen = new HashSet<>(Set.of(FETCHES));
    try (InputStream in =
        FuzzTargets.class.getResourceAsStream("/providers/provider-vectors.json")) {
      for (Json row : ((Json.Arr) Json.parse(in.readAllBytes()).orElseThrow()).items()) {
        Json.Obj vector = (Json.Obj) row;
        if (Json.of(true).equals(vector.get("valid")) && seen.add(text(vector, "provider"))) {
          provider(text(vector, "provider"), vector);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void provider(String slug, Json.Obj vector) {
    String url = text(vector, "url");
    Json.Obj config =
        Json.object().put("tolerance_seconds", 0).put("url", url.split("\\?", 2)[0]).build();
    node.tryMake(
            "source",
            Json.object()
                .put("name", slug)
                .put("slug", "of-" + slug)
                .put("template", slug)
                .put("verification_secret", text(vector, "secret"))
                .put("verification_config", config)
                .build())
        .ifPresent(id -> targets.add(new Target("of-" + slug, id, genuine(vector, url))));
  }

  private static Genuine genuine(Json.Obj vector, String url) {
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    ((Json.Obj) Objects.requireNonNull(vector.get("headers")))
        .members()
        .forEach((name, value) -> {
          if (!OF_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
            headers.add(Map.entry(name, ((Json.Str) value).value()));
          }
        });
    String query = URI.create(url).getRawQuery();
    return new Genuine(
        text(vector, "method"),
        query == null ? "" : "?" + query,
        headers,
        Base64.getDecoder().decode(text(vector, "body_base64")));
  }

  private static String text(Json.Obj object, String name) {
    return ((Json.Str) Objects.requireNonNull(object.get(name), name)).value();
  }
}
