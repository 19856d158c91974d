package dev.catchment.verify;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the members of {@code verification_config}; a member that is null is absent. */
record Options(Json.Obj config) {
  static final String FIELD = "verification_config";
  private static final int TEXT_CHARS_MAX = 1_000;
  private static final int URL_CHARS_MAX = 2_048;
  private static final int TOLERANCE_MAX = 31_536_000;
  private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}");

  /** {@code hex} unless it says otherwise. */
  Encoding encoding() {
    String text = text("encoding");
    return switch (text == null ? "hex" : text.toLowerCase(Locale.ROOT)) {
      case "hex" -> Encoding.HEX;
      case "base64" -> Encoding.BASE64;
      case "base64url" -> Encoding.BASE64URL;
      default -> throw Failure.body(FIELD + ".encoding", "must be hex, base64 or base64url");
    };
  }

  /** The exact text before the signature; null for the rule of the encoding. */
  @Nullable String prefix() {
    return text("prefix");
  }

  @Nullable String signedContent() {
    return filled("signed_content");
  }

  @Nullable String headerName(String member) {
    return headerName(filled(member), FIELD + "." + member);
  }

  static @Nullable String headerName(@Nullable String name, String field) {
    if (name == null || name.isEmpty()) {
      return null;
    }
    if (!HEADER_NAME.matcher(name).matches()) {
      throw Failure.body(field, "must be the name of a header");
    }
    return name;
  }

  /** Seconds; null for the scheme's own, 0 for no limit. */
  @Nullable Integer tolerance() {
    Json value = present("tolerance_seconds");
    if (value == null) {
      return null;
    }
    Long seconds = value instanceof Json.Num number ? Stamp.number(number.text()) : null;
    if (seconds == null || seconds > TOLERANCE_MAX) {
      throw Failure.body(
          FIELD + ".tolerance_seconds", "must be a whole number from 0 to " + TOLERANCE_MAX);
    }
    return seconds.intValue();
  }

  /** One of a few words; the first unless it says otherwise. */
  String word(String member, List<String> words) {
    String text = filled(member);
    if (text == null) {
      return words.getFirst();
    }
    if (!words.contains(text)) {
      throw Failure.body(FIELD + "." + member, "must be " + String.join(" or ", words));
    }
    return text;
  }

  /** The secrets beside the first, each with its field. */
  List<Setup.Named> moreSecrets() {
    String field = FIELD + ".secrets";
    Json value = present("secrets");
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof Json.Arr array)) {
      throw Failure.body(field, "must be an array of strings");
    }
    if (array.items().size() > Limits.MORE_SECRETS_MAX) {
      throw Failure.body(field, "may hold at most " + Limits.MORE_SECRETS_MAX + " secrets");
    }
    List<Setup.Named> secrets = new ArrayList<>();
    for (Json item : array.items()) {
      if (!(item instanceof Json.Str text) || text.value().isBlank()) {
        throw Failure.body(field, "must be an array of strings, none of them empty");
      }
      secrets.add(new Setup.Named(text.value(), field));
    }
    return secrets;
  }

  /** The public URL; null when it is the ingest URL. */
  @Nullable String url() {
    String url = filled("url");
    if (url == null) {
      return null;
    }
    try {
      URI uri = url.length() > URL_CHARS_MAX ? null : new URI(url);
      if (uri != null
          && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawFragment() == null) {
        return url;
      }
    } catch (URISyntaxException e) {
      throw Failure.body(FIELD + ".url", "must be a URL: " + e.getReason());
    }
    throw Failure.body(
        FIELD + ".url", "must be the public http or https URL that the provider was given");
  }

  private @Nullable String filled(String member) {
    String text = text(member);
    return text == null || text.isEmpty() ? null : text;
  }

  private @Nullable String text(String member) {
    Json value = present(member);
    if (value == null) {
      return null;
    }
    if (!(value instanceof Json.Str text)
        || text.value().length() > (member.equals("url") ? URL_CHARS_MAX : TEXT_CHARS_MAX)) {
      throw Failure.body(
          FIELD + "." + member, "must be a string of up to " + TEXT_CHARS_MAX + " characters");
    }
    return text.value();
  }

  private @Nullable Json present(String member) {
    Json value = config.get(member);
    return value instanceof Json.Null ? null : value;
  }
}
