package dev.catchment.api;

import dev.catchment.delivery.HttpRequests;
import dev.catchment.delivery.Outgoing;
import dev.catchment.json.Json;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Reads {@code provider_config} of a destination of type http. */
final class ProviderInput {
  private static final String FIELD = "provider_config";
  private static final String FORWARD = "forward_headers";
  private static final String TLS = "tls";
  private static final String SKIP = "insecure_skip_verify";
  private static final List<String> PEMS = List.of("ca_pem", "client_cert_pem", "client_key_pem");

  private ProviderInput() {}

  /**
   * What the body says, beside what is stored.
   *
   * @param checkTls takes settings of TLS and their field, and throws when they cannot be used
   */
  static Json.@Nullable Obj read(
      Input input, Json.@Nullable Obj stored, BiConsumer<Outgoing.Tls, String> checkTls) {
    Json.Obj given = input.object(FIELD, stored);
    if (given == null || !input.has(FIELD)) {
      return given;
    }
    Members members = new Members(FIELD, given);
    Json.ObjBuilder kept = Json.object();
    Json forward = members.get(FORWARD);
    if (forward != null) {
      if (!(forward instanceof Json.Bool) && !isNames(forward)) {
        throw members.fault(FORWARD, "must be true, false or an array of header names");
      }
      kept.put(FORWARD, forward);
    }
    Json tls = members.get(TLS);
    if (tls != null) {
      if (!(tls instanceof Json.Obj settings)) {
        throw members.fault(TLS, "must be an object");
      }
      Json old = stored == null ? null : stored.get(TLS);
      kept.put(
          TLS,
          tls(
              Masks.keepConfig(
                  FIELD + "." + TLS, settings, old instanceof Json.Obj known ? known : null)));
    }
    Json.Obj config = kept.build();
    Outgoing.Tls settings = HttpRequests.tls(config);
    if (settings != null) {
      checkTls.accept(settings, FIELD + "." + TLS);
    }
    return config;
  }

  private static Json tls(Json.Obj given) {
    Members members = new Members(FIELD + "." + TLS, given);
    Json.ObjBuilder kept = Json.object();
    for (String name : PEMS) {
      String pem = members.longText(name);
      if (pem != null) {
        kept.put(name, pem);
      }
    }
    Json skip = members.get(SKIP);
    if (skip != null) {
      kept.put(SKIP, members.flag(SKIP));
    }
    return kept.build();
  }

  private static boolean isNames(Json value) {
    return value instanceof Json.Arr array
        && array.items().size() <= HeaderRules.HEADERS_MAX
        && array.items().stream()
            .allMatch(item -> item instanceof Json.Str(String name) && HeaderRules.isName(name));
  }
}
