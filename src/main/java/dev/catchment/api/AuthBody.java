package dev.catchment.api;

import dev.catchment.json.Json;

/** The members of a body sent to {@code /api/auth}, checked as they are read. */
record AuthBody(Json.Obj members) {

  /** A body that cannot be used; the message is safe to show. */
  static final class Invalid extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Invalid(String message) {
      super(message, null, false, false);
    }
  }

  static AuthBody parse(byte[] body) {
    if (Json.parse(body).orElse(Json.nil()) instanceof Json.Obj members) {
      return new AuthBody(members);
    }
    throw new Invalid("Invalid JSON body");
  }

  String string(String name) {
    if (members.get(name) instanceof Json.Str text) {
      return text.value();
    }
    throw new Invalid("[body." + name + "] Invalid input: expected string");
  }

  String string(String name, int charsMax) {
    String text = string(name);
    if (text.isBlank() || text.codePointCount(0, text.length()) > charsMax) {
      throw new Invalid("[body." + name + "] must be 1 to " + charsMax + " characters");
    }
    return text;
  }

  boolean flag(String name, boolean fallback) {
    return switch (members.get(name)) {
      case null -> fallback;
      case Json.Bool flag -> flag.value();
      default -> throw new Invalid("[body." + name + "] Invalid input: expected boolean");
    };
  }
}
