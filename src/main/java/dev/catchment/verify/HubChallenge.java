package dev.catchment.verify;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** The challenge of the W3C WebSub recommendation, and Meta's descendant of it. */
sealed interface HubChallenge extends Handshake.Way {
  /** The longest challenge that is echoed. */
  int CHALLENGE_CHARS_MAX = 4_096;

  Answer answer(String mode, Fields query);

  @Override
  default @Nullable Answer answer(SignedRequest request) {
    if (!request.method().equals("GET") || request.query() == null) {
      return null;
    }
    Fields query = request.queryFields();
    String mode = query.get("hub.mode");
    return mode == null ? null : answer(mode, query);
  }

  private static @Nullable Answer echo(Fields query) {
    String challenge = query.get("hub.challenge");
    return challenge == null || challenge.isEmpty() || challenge.length() > CHALLENGE_CHARS_MAX
        ? null
        : Answer.text(challenge);
  }

  /** Echoes to whoever knows the verify token. */
  record Meta(@Nullable String verifyToken) implements HubChallenge {
    @Override
    public Answer answer(String mode, Fields query) {
      if (!mode.equals("subscribe")) {
        return Answer.empty(400).then(Answer.After.note("hub.mode is not subscribe"));
      }
      Answer echo = echo(query);
      String shown = query.get("hub.verify_token");
      if (echo == null || verifyToken == null || verifyToken.isEmpty() || shown == null) {
        return refused(verifyToken == null ? "The source has no verify_token" : "Incomplete");
      }
      boolean equal =
          MessageDigest.isEqual(
              Algorithm.sha256(verifyToken.getBytes(StandardCharsets.UTF_8)),
              Algorithm.sha256(shown.getBytes(StandardCharsets.UTF_8)));
      return equal ? echo : refused("hub.verify_token is not the one of the source");
    }

    private static Answer refused(String note) {
      return Answer.empty(403).then(Answer.After.note(note));
    }
  }

  /** Echoes for the topic that was asked for. */
  record WebSub(@Nullable String topic, @Nullable String formerTopic) implements HubChallenge {
    @Override
    public Answer answer(String mode, Fields query) {
      String named = query.get("hub.topic");
      if (mode.equals("denied") && named != null && named.equals(topic)) {
        String reason = query.get("hub.reason");
        return Answer.empty(200)
            .then(
                Answer.After.note(
                    "The hub denied the subscription" + (reason == null ? "" : ": " + reason)));
      }
      Answer echo = echo(query);
      String asked =
          switch (mode) {
            case "subscribe" -> topic;
            case "unsubscribe" -> formerTopic;
            default -> null;
          };
      if (echo == null || asked == null || !asked.equals(named)) {
        return Answer.empty(404).then(Answer.After.note("That was not asked for"));
      }
      String lease = query.get("hub.lease_seconds");
      Long seconds = lease == null ? null : Stamp.number(lease);
      return echo.then(new Answer.After(null, null, seconds, null));
    }
  }
}
