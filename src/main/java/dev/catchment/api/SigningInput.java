package dev.catchment.api;

import dev.catchment.delivery.Signature;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code signing_config}. */
final class SigningInput {
  private static final String FIELD = "signing_config";
  private static final String STANDARD = "standard_webhooks";
  private static final List<String> ALGORITHMS = List.of("sha256", "sha1", STANDARD);
  private static final int PREVIOUS_MAX = 5;

  private SigningInput() {}

  static Json.@Nullable Obj read(Input input, Json.@Nullable Obj stored) {
    Json.Obj given = input.object(FIELD, stored);
    if (given == null || !input.has(FIELD)) {
      return given;
    }
    Members members = new Members(FIELD, Masks.keepConfig(FIELD, given, stored));
    String algorithm = members.word("algorithm", ALGORITHMS);
    boolean standard = STANDARD.equals(algorithm);
    Json.ObjBuilder kept = Json.object();
    kept.put("secret", secret(members, members.required("secret"), "secret", standard));
    put(kept, "algorithm", algorithm);
    put(kept, "header", members.headerName("header"));
    String prefix = members.text("prefix");
    put(kept, "prefix", prefix == null ? null : members.line("prefix", prefix));
    if (members.get("include_timestamp") != null) {
      kept.put("include_timestamp", members.flag("include_timestamp"));
    }
    put(kept, "timestamp_header", members.headerName("timestamp_header"));
    if (members.get("previous_secrets") != null) {
      kept.put("previous_secrets", previous(members, standard));
    }
    return kept.build();
  }

  private static void put(Json.ObjBuilder kept, String name, @Nullable String value) {
    if (value != null) {
      kept.put(name, value);
    }
  }

  private static Json previous(Members members, boolean standard) {
    List<String> secrets = new ArrayList<>();
    if (members.get("previous_secrets") instanceof Json.Arr array
        && array.items().size() <= PREVIOUS_MAX) {
      for (Json item : array.items()) {
        if (item instanceof Json.Str(String text) && !text.isEmpty()) {
          secrets.add(secret(members, text, "previous_secrets", standard));
        }
      }
      if (secrets.size() == array.items().size()) {
        return Json.texts(secrets);
      }
    }
    throw members.fault("previous_secrets", "must be an array of up to 5 strings");
  }

  private static String secret(Members members, String secret, String name, boolean standard) {
    if (standard && Signature.standardWebhooksKey(secret) == null) {
      throw members.fault(name, "must be base64, with or without whsec_ before it");
    }
    return secret;
  }
}
