package dev.catchment.verify;

import dev.catchment.base.Sha256;
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
      boolean equal = MessageDigest.isEqual(Sha256.of(verifyToken), Sha256.of(shown));
      return equal ? echo : refused("hub.verify_token is not the one of the source");
    }

    private static Answer refused(String note) {
      return Answer.empty(403).then(Answer.After.note(note));
    }
  }

  /** Echoes for the topic that was asked for. */
  record WebSub(@Nullable String topic, @Nullable String formerTopic) implements HubChallenge {
    private static HubWord word(String mode, @Nullable String lease) {
      return mode.equals("subscribe")
          ? new HubWord(HubWord.State.GRANTED, lease == null ? null : Stamp.number(lease), null)
          : new HubWord(HubWord.State.ENDED, null, null);
    }

    @Override
    public Answer answer(String mode, Fields query) {
      String named = query.get("hub.topic");
      if (mode.equals("denied") && named != null && named.equals(topic)) {
        return Answer.empty(200)
            .then(
                Answer.After.subscription(
                    new HubWord(HubWord.State.DENIED, null, query.get("hub.reason"))));
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
      return echo.then(Answer.After.subscription(word(mode, query.get("hub.lease_seconds"))));
    }
  }
}
