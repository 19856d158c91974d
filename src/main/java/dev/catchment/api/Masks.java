package dev.catchment.api;

import dev.catchment.base.Secret;
import dev.catchment.delivery.HttpRequests;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  /** A configuration that came in, with the stored secret for each that came in masked. */
  static Json.Obj keepConfig(Json.Obj incoming, Json.@Nullable Obj stored) {
    return kept(incoming, stored, SECRETS::contains);
  }

  /** Headers that came in, with the stored value for each that came in masked. */
  static Json.Obj keepHeaders(Json.Obj incoming, Json.@Nullable Obj stored) {
    return kept(incoming, stored, HttpRequests::isCredential);
  }

  private static Json.Obj kept(
      Json.Obj incoming, Json.@Nullable Obj stored, Predicate<String> secret) {
    if (stored == null) {
      return incoming;
    }
    Json.ObjBuilder kept = Json.object();
    for (Map.Entry<String, Json> member : incoming.members().entrySet()) {
      Json value = member.getValue();
      Json old = stored.get(member.getKey());
      if (old == null) {
        kept.put(member.getKey(), value);
      } else {
        boolean isSecret = secret.test(member.getKey());
        kept.put(
            member.getKey(), isSecret ? keptSecret(value, old) : keptPlain(value, old, secret));
      }
    }
    return kept.build();
  }

  /** What holds no secret itself may hold one inside: in a member, or in a URL. */
  private static Json keptPlain(Json incoming, Json stored, Predicate<String> secret) {
    return incoming instanceof Json.Obj in && stored instanceof Json.Obj old
        ? kept(in, old, secret)
        : incoming.equals(plain(stored, secret)) ? stored : incoming;
  }

  private static Json keptSecret(Json incoming, Json stored) {
    if (incoming.equals(masked(stored))) {
      return stored;
    }
    if (!(incoming instanceof Json.Arr in) || !(stored instanceof Json.Arr old)) {
      return incoming;
    }
    // Short secrets look the same when masked: each stands for the next of them.
    List<Json> left = new ArrayList<>(old.items());
    List<Json> kept = new ArrayList<>();
    for (Json item : in.items()) {
      Json same =
          left.stream()
              .filter(candidate -> item.equals(masked(candidate)))
              .findFirst()
              .orElse(item);
      left.remove(same);
      kept.add(same);
    }
    return Json.array(kept);
  }
}
