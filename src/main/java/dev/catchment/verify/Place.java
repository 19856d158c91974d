package dev.catchment.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where the signatures of a request stand. */
sealed interface Place {
  /**
   * What was found.
   *
   * @param signatures still encoded, at most as many as are looked at
   * @param timestamp as written beside them
   */
  record Found(List<String> signatures, @Nullable String timestamp) {}

  Found find(SignedRequest request);

  /** The same in another header. */
  Place in(String otherHeader);

  /**
   * One header, one signature.
   *
   * @param prefix to be removed; null to remove {@code name=} if it is there
   */
  record Whole(String header, @Nullable String prefix) implements Place {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,30}=");

    @Override
    public Found find(SignedRequest request) {
      String value = request.required(header);
      if (prefix == null) {
        var name = NAME.matcher(value);
        return found(name.lookingAt() ? value.substring(name.end()) : value);
      }
      if (!value.startsWith(prefix)) {
        throw Refusal.invalid("Header " + header + " does not start with " + prefix);
      }
      return found(value.substring(prefix.length()));
    }

    private static Found found(String signature) {
      return new Found(List.of(signature), null);
    }

    @Override
    public Place in(String otherHeader) {
      return new Whole(otherHeader, prefix);
    }
  }

  /** Headers with a common start, one signature each; any of them may be ours. */
  record Numbered(String headerStart) implements Place {
    @Override
    public Found find(SignedRequest request) {
      List<String> values = request.headersStarting(headerStart, Limits.NUMBERED_MAX);
      if (values.isEmpty()) {
        throw Refusal.missing("Header " + headerStart + "1 is missing");
      }
      return new Found(values, null);
    }

    @Override
    public Place in(String otherHeader) {
      return this;
    }
  }

  /** One header of {@code time=…,signature=…} entries; entries of other names are skipped. */
  record Listed(String header, String separator, String timeName, String signatureName, int max)
      implements Place {
    @Override
    public Found find(SignedRequest request) {
      List<String> signatures = new ArrayList<>();
      String timestamp = null;
      for (String entry : request.required(header).split(separator, -1)) {
        String trimmed = entry.strip();
        if (trimmed.startsWith(timeName + "=")) {
          if (timestamp != null) {
            throw Refusal.invalid("Header " + header + " has two timestamps");
          }
          timestamp = trimmed.substring(timeName.length() + 1);
        } else if (trimmed.startsWith(signatureName + "=") && signatures.size() < max) {
          signatures.add(trimmed.substring(signatureName.length() + 1));
        }
      }
      if (timestamp == null || signatures.isEmpty()) {
        throw Refusal.invalid(
            "Header " + header + " does not hold " + timeName + "= and " + signatureName + "=");
      }
      return new Found(signatures, timestamp);
    }

    @Override
    public Place in(String otherHeader) {
      return new Listed(otherHeader, separator, timeName, signatureName, max);
    }
  }

  /** One header of {@code v1,<signature>} entries, separated by spaces or commas. */
  record Versioned(String header) implements Place {
    private static final Pattern VERSION = Pattern.compile("v[0-9]+[a-z]*");

    @Override
    public Found find(SignedRequest request) {
      List<String> signatures = new ArrayList<>();
      String version = "";
      for (String token : request.required(header).split("[ ,]+", -1)) {
        if (VERSION.matcher(token).matches()) {
          version = token;
        } else if (version.equals("v1")
            && !token.isEmpty()
            && signatures.size() < Limits.SIGNATURES_MAX) {
          signatures.add(token);
          version = "";
        }
      }
      if (signatures.isEmpty()) {
        throw Refusal.invalid("Header " + header + " holds no v1 signature");
      }
      return new Found(signatures, null);
    }

    @Override
    public Place in(String otherHeader) {
      return new Versioned(otherHeader);
    }
  }
}
