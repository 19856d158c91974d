package dev.catchment.verify;

import dev.catchment.base.Secret;
import dev.catchment.base.Sha256;
import dev.catchment.json.Json;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Handshakes that leave something to do: a secret to keep, an address to call. */
final class Confirmations {
  private static final Pattern HOOK_SECRET = Pattern.compile("[!-~]{1,256}");

  private Confirmations() {}

  /** The first request brings the secret; it comes before the create call is answered. */
  static Handshake.Way asana(@Nullable String stored) {
    return request -> {
      String brought = request.header("X-Hook-Secret");
      if (brought == null
          || !request.method().equals("POST")
          || !HOOK_SECRET.matcher(brought).matches()) {
        return null;
      }
      Answer echo = Answer.empty(200).with("X-Hook-Secret", brought);
      if (stored == null) {
        return echo.then(new Answer.After(null, new Secret(brought), null, null));
      }
      // A repeated handshake. Another secret must not replace the one in use.
      return equal(stored, brought) ? echo : null;
    };
  }

  /** The first request brings the token, and is signed with it. */
  static Handshake.Way notion(@Nullable String stored) {
    return request -> {
      Json.Obj body = Challenges.small(request, "verification_token");
      String token = body == null ? null : Jwt.text(body, "verification_token");
      if (token == null || token.isBlank()) {
        return null;
      }
      if (stored != null) {
        return Answer.empty(200).onceVerified();
      }
      VerificationFields fields = new VerificationFields("notion", new Secret(token), null, null);
      boolean signed =
          Verification.compile(fields, null, null).check(request, 0) instanceof Verdict.Verified;
      return signed
          ? Answer.empty(200).then(new Answer.After(null, new Secret(token), null, null))
          : null;
    };
  }

  /** Only a topic that the source names is confirmed: anyone may subscribe any address. */
  static Handshake.Way amazonSns(VerificationFields fields) {
    Set<String> topics = topics(fields);
    return request -> {
      Json.Obj body = Challenges.small(request, "SubscriptionConfirmation");
      if (body == null || !"SubscriptionConfirmation".equals(Jwt.text(body, "Type"))) {
        return null;
      }
      String url = BodySchemes.text(body, "SubscribeURL");
      String topic = BodySchemes.text(body, "TopicArn");
      Answer answer = Answer.empty(200).onceVerified();
      if (!AmazonSns.isAmazon(url)) {
        return answer.then(Answer.After.note("SubscribeURL does not lead to Amazon"));
      }
      if (!topics.contains(topic)) {
        return answer.then(
            Answer.After.note("Not confirmed: name the topic as the source's secret, " + topic));
      }
      return answer.then(new Answer.After(url, null, null, null));
    };
  }

  private static Set<String> topics(VerificationFields fields) {
    Set<String> topics = new HashSet<>();
    if (fields.secret() != null) {
      topics.add(fields.secret().reveal().strip());
    }
    if (fields.config() != null && fields.config().get("secrets") instanceof Json.Arr more) {
      List<Json> items = more.items();
      items.forEach(item -> topics.add(item instanceof Json.Str text ? text.value().strip() : ""));
    }
    topics.removeIf(topic -> !topic.startsWith("arn:"));
    return Set.copyOf(topics);
  }

  private static boolean equal(String first, String second) {
    return MessageDigest.isEqual(Sha256.of(first), Sha256.of(second));
  }
}
