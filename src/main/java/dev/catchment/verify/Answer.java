package dev.catchment.verify;

import dev.catchment.base.Secret;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a provider wants to read when it probes an ingest URL. The request is no event.
 *
 * @param contentType null for no body
 * @param headers further headers of the answer
 * @param verifiedFirst whether the request must pass its verification before it is answered so
 * @param after what the caller does beside answering
 */
public record Answer(
    int status,
    @Nullable String contentType,
    byte[] body,
    List<Map.Entry<String, String>> headers,
    boolean verifiedFirst,
    After after) {

  /**
   * What is left to do; nothing is done here.
   *
   * @param confirmUrl an address to call with GET, its scheme and host already checked
   * @param secretToKeep the source's {@code verification_secret} from now on
   * @param subscription what a hub said of a subscription
   * @param note a sentence for the owner of the source
   */
  public record After(
      @Nullable String confirmUrl,
      @Nullable Secret secretToKeep,
      @Nullable HubWord subscription,
      @Nullable String note) {
    static final After NOTHING = new After(null, null, null, null);

    static After subscription(HubWord word) {
      return new After(null, null, word, word.sentence());
    }

    static After note(String note) {
      return new After(null, null, null, note);
    }
  }

  /** Keeps a browser from taking an echoed text for anything else. */
  private static final Map.Entry<String, String> NO_SNIFF =
      Map.entry("X-Content-Type-Options", "nosniff");

  static Answer empty(int status) {
    return new Answer(status, null, new byte[0], List.of(), false, After.NOTHING);
  }

  static Answer text(String body) {
    return of("text/plain", body);
  }

  static Answer json(String body) {
    return of("application/json", body);
  }

  private static Answer of(String contentType, String body) {
    return new Answer(
        200,
        contentType,
        body.getBytes(StandardCharsets.UTF_8),
        List.of(NO_SNIFF),
        false,
        After.NOTHING);
  }

  Answer onceVerified() {
    return new Answer(status, contentType, body, headers, true, after);
  }

  Answer with(String name, String value) {
    return new Answer(
        status, contentType, body, List.of(Map.entry(name, value)), verifiedFirst, after);
  }

  Answer then(After other) {
    return new Answer(status, contentType, body, headers, verifiedFirst, other);
  }
}
