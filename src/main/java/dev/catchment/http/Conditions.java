package dev.catchment.http;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a request says of the answer it can use (RFC 9110, sections 12.5.3 and 13.1.2). Pure. */
public final class Conditions {
  private static final Pattern TAG = Pattern.compile("(?:W/)?(\"[^\"]*\")");
  private static final Pattern REFUSED = Pattern.compile("q=0(\\.0{0,3})?");

  private Conditions() {}

  /** Whether the caller has some body already. */
  public static boolean areGiven(Headers headers) {
    return headers.first("If-None-Match").isPresent();
  }

  /** Whether the caller already has the body of that tag; compared weakly. */
  public static boolean has(Headers headers, String etag) {
    for (String line : headers.all("If-None-Match")) {
      if (line.strip().equals("*")) {
        return true;
      }
      Matcher tags = TAG.matcher(line);
      while (tags.find()) {
        if (tags.group(1).equals(etag)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether the caller takes gzip. */
  public static boolean acceptsGzip(Headers headers) {
    boolean any = false;
    List<String> lines = headers.all("Accept-Encoding");
    for (String coding : String.join(",", lines).toLowerCase(Locale.ROOT).split(",")) {
      String[] parts = coding.split(";");
      String name = parts[0].strip();
      boolean refused = parts.length > 1 && REFUSED.matcher(parts[1].strip()).matches();
      if (name.equals("gzip") || name.equals("x-gzip")) {
        return !refused;
      }
      any |= name.equals("*") && !refused;
    }
    return any;
  }
}
