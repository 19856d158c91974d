package dev.catchment.feeds;

import java.net.URI;
import java.net.URISyntaxException;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Text, addresses and media types as items hold them. Pure. */
final class Texts {
  private static final int URL_LENGTH_MAX = 2_048;

  /** Media types by file extension, for addresses given without one (iana.org/assignments). */
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("jpg", "image/jpeg"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("png", "image/png"),
          Map.entry("gif", "image/gif"),
          Map.entry("webp", "image/webp"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("mp4", "video/mp4"),
          Map.entry("webm", "video/webm"),
          Map.entry("mov", "video/quicktime"),
          Map.entry("mp3", "audio/mpeg"),
          Map.entry("m4a", "audio/mp4"),
          Map.entry("ogg", "audio/ogg"),
          Map.entry("pdf", "application/pdf"));

  private Texts() {}

  /**
   * NFC, line ends as LF, no control characters but LF and TAB, U+FFFD for half a surrogate pair.
   */
  static String clean(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\r') {
        out.append('\n');
        if (i + 1 < text.length() && text.charAt(i + 1) == '\n') {
          i++;
        }
      } else if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        out.append(pair ? text.substring(i, i + 2) : "\uFFFD");
        i += pair ? 1 : 0;
      } else if (!Character.isISOControl(c) || c == '\n' || c == '\t') {
        out.append(c);
      }
    }
    return Normalizer.normalize(out, Normalizer.Form.NFC);
  }

  /** The length in Unicode code points. */
  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Whether it is an absolute http or https address without user information. */
  static boolean isUrl(String text) {
    if (text.length() > URL_LENGTH_MAX) {
      return false;
    }
    try {
      URI uri = new URI(text);
      String scheme = uri.getScheme();
      return scheme != null
          && (scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** The media type that the extension of an address names. */
  static Optional<String> typeOf(String url) {
    String path = String.valueOf(URI.create(url).getPath());
    String extension = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return Optional.ofNullable(TYPES.get(extension));
  }
}
