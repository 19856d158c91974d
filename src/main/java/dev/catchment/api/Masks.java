package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Secret;
import dev.catchment.delivery.HttpRequests;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Secrets inside JSON columns: masked when shown, kept when the masked text comes back. */
final class Masks {
  private static final Set<String> SECRETS =
      Set.of(
          "secrets",
          "secret",
          "previous_secrets",
          "token",
          "password",
          "value",
          "client_secret",
          "secret_access_key",
          "session_token",
          "api_secret",
          "service_account_json",
          "client_key_pem",
          "webhook_url",
          "verify_token");

  /** Whoever saw a masked text could use it if it became a secret. */
  static final String MASKED = "must be the secret itself, as this masked text stands for none";

  private static final Json.Obj NOTHING = Json.object().build();

  private static final Pattern USER_INFORMATION =
      Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*)@");

  private Masks() {}

  /** A configuration as it is shown. */
  static Json.@Nullable Obj config(Json.@Nullable Obj config) {
    return config == null ? null : shown(config, SECRETS::contains);
  }

  /** The headers of a destination as they are shown. */
  static Json.@Nullable Obj headers(Json.@Nullable Obj headers) {
    return headers == null ? null : shown(headers, HttpRequests::isCredential);
  }

  private static Json.Obj shown(Json.Obj object, Predicate<String> secret) {
    Json.ObjBuilder shown = Json.object();
    object
        .members()
        .forEach((name, value) ->
            shown.put(name, secret.test(name) ? masked(value) : plain(value, secret)));
    return shown.build();
  }

  private static Json masked(Json value) {
    return switch (value) {
      case Json.Str(String text) -> Json.of(new Secret(text).masked());
      case Json.Arr array -> Json.array(array.items().stream().map(Masks::masked).toList());
      case Json.Null none -> none;
      default -> Json.of("****");
    };
  }

  private static Json plain(Json value, Predicate<String> secret) {
    return switch (value) {
      case Json.Obj object -> shown(object, secret);
      case Json.Str(String text) -> {
        Matcher url = USER_INFORMATION.matcher(text);
        yield url.find() ? Json.of(url.group(1) + "****@" + text.substring(url.end())) : value;
      }
      default -> value;
    };
  }

  /**
   * A configuration that came in, with the stored secret for each that came in masked. In a list of
   * further secrets the one that stood beside it may be named so too, which is how one moves on to
   * a new secret.
   *
   * @param field what a complaint names
   * @throws Failure {@code INVALID} when a masked text stands for nothing that is stored
   */
  static Json.Obj keepConfig(String field, Json.Obj incoming, Json.@Nullable Obj stored) {
    return kept(field, incoming, stored == null ? NOTHING : stored, SECRETS::contains);
  }

  /** Headers that came in, with the stored value for each that came in masked; throws the same. */
  static Json.Obj keepHeaders(String field, Json.Obj incoming, Json.@Nullable Obj stored) {
    return kept(field, incoming, stored == null ? NOTHING : stored, HttpRequests::isCredential);
  }

  private static Json.Obj kept(
      String field, Json.Obj incoming, Json.Obj stored, Predicate<String> secret) {
    Json.ObjBuilder kept = Json.object();
    for (Map.Entry<String, Json> member : incoming.members().entrySet()) {
      String name = field + "." + member.getKey();
      Json value = member.getValue();
      Json old = stored.get(member.getKey());
      boolean isSecret = secret.test(member.getKey());
      kept.put(
          member.getKey(),
          isSecret
              ? keptSecret(name, value, old == null ? Json.nil() : old, stored.get("secret"))
              : keptPlain(name, value, old == null ? Json.nil() : old, secret));
    }
    return kept.build();
  }

  /** What holds no secret itself may hold one inside: in a member, or in a URL. */
  private static Json keptPlain(
      String field, Json incoming, Json stored, Predicate<String> secret) {
    return incoming instanceof Json.Obj in
        ? kept(field, in, stored instanceof Json.Obj old ? old : NOTHING, secret)
        : incoming.equals(plain(stored, secret)) ? stored : incoming;
  }

  private static Json keptSecret(
      String field, Json incoming, Json stored, @Nullable Json besideIt) {
    if (incoming instanceof Json.Arr in) {
      // Short secrets look the same when masked: each stands for the next of them.
      List<Json> left = new ArrayList<>(stored instanceof Json.Arr old ? old.items() : List.of());
      if (besideIt != null) {
        left.add(besideIt);
      }
      return Json.array(in.items().stream().map(item -> keptSecret(field, item, left)).toList());
    }
    return keptSecret(field, incoming, new ArrayList<>(List.of(stored)));
  }

  /** The first of the stored ones that a text stands for, which then stands for no other. */
  private static Json keptSecret(String field, Json incoming, List<Json> stored) {
    Optional<Json> same =
        stored.stream().filter(candidate -> incoming.equals(masked(candidate))).findFirst();
    if (same.isPresent()) {
      stored.remove(same.get());
      return same.get();
    }
    if (incoming instanceof Json.Str(String text) && Secret.isMask(text)) {
      throw Failure.body(field, MASKED);
    }
    return incoming;
  }
}
