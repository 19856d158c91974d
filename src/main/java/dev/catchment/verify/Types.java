package dev.catchment.verify;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The words for verification types: three general ones, and the slugs of the templates. */
final class Types {
  private static final Set<String> GENERAL =
      Set.of("hmac_sha256", "hmac_sha1", "standard_webhooks");

  private Types() {}

  /** The word in its one form, whatever its case and whether it has dashes or underscores. */
  static Optional<String> find(String given) {
    String dashed = given.toLowerCase(Locale.ROOT).replace('_', '-');
    String underscored = dashed.replace('-', '_');
    if (GENERAL.contains(underscored)) {
      return Optional.of(underscored);
    }
    return Templates.find(dashed)
        .filter(template -> template.verificationType() != null)
        .map(Template::slug);
  }

  /** The scheme behind a word in its one form: a template may use a general one. */
  static String scheme(@Nullable String type) {
    if (type == null || GENERAL.contains(type)) {
      return type == null ? "" : type;
    }
    String scheme = Templates.find(type).map(Template::verificationType).orElse(null);
    return scheme == null ? "" : scheme;
  }
}
