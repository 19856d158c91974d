package dev.catchment.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Damaged requests are never taken, and never trip the verifier. */
final class FuzzTest {
  private static final int ROUNDS = 40;

  /** Their signature does not cover the raw body, or covers what the body means. */
  private static final Set<String> BODY_IS_NOT_SIGNED =
      Set.of(
          "postmark",
          "telegram",
          "okta",
          "gitlab",
          "mailgun",
          "dropbox-sign",
          "adyen",
          "aws-sns",
          "braintree",
          "twilio",
          "plivo");

  /** A second header of theirs may stand in for a damaged first, or any prefix is taken. */
  private static final Set<String> HEADER_MAY_BE_DAMAGED = Set.of("box", "custom");

  private final Random random = new Random(20260122);
  private int tried;

  @Test
  @Timeout(120)
  void aDamagedRequestIsRefusedAndTheVerifierStands() {
    Map<String, Vector> first = new LinkedHashMap<>();
    for (Vector vector : Vector.all()) {
      if (vector.valid()) {
        first.putIfAbsent(vector.provider(), vector);
      }
    }
    assertThat(first).hasSizeGreaterThan(80);
    first.values().forEach(this::damage);
    assertThat(tried).isGreaterThan(20_000);
  }

  private void damage(Vector vector) {
    Verification verification = vector.verification();
    SignedRequest whole = vector.request();
    String template = vector.template();
    String header =
        template == null ? null : Templates.find(template).orElseThrow().verificationHeader();
    boolean strictHeader =
        header != null
            && !HEADER_MAY_BE_DAMAGED.contains(vector.provider())
            && whole.header(header) != null;
    for (int i = 0; i < ROUNDS; i++) {
      SignedRequest flipped = whole.withBody(flipped(whole.body()));
      expect(vector, verification, flipped, !BODY_IS_NOT_SIGNED.contains(vector.provider()));
      expect(vector, verification, whole.withBody(garbage(i * 7)), false);
      expect(vector, verification, whole.withBody(deep(random.nextInt(5_000))), false);
      if (header != null) {
        String value = String.valueOf(whole.header(header));
        expect(vector, verification, with(whole, header, flipped(value)), strictHeader);
        expect(vector, verification, with(whole, header, cut(value)), strictHeader);
        expect(vector, verification, with(whole, header, text(garbage(i * 5))), false);
        expect(vector, verification, doubled(whole, header, text(garbage(9))), false);
      }
      expect(vector, verification, anyHeaderDamaged(whole), false);
    }
    if (header != null && strictHeader) {
      expect(vector, verification, with(whole, header, null), true);
      expect(vector, verification, with(whole, header, ""), true);
      expect(vector, verification, with(whole, header, "  "), true);
      expect(vector, verification, with(whole, header, "v1=,t=".repeat(20_000)), true);
    }
    SignedRequest bare = new SignedRequest("", "", List.of(), new byte[0]);
    expect(vector, verification, bare, true);
  }

  private void expect(
      Vector vector, Verification verification, SignedRequest request, boolean refused) {
    Verdict verdict = verification.check(request, vector.nowMillis(), vector.certificates());
    tried++;
    if (verdict instanceof Verdict.Refused(Reason reason, String detail)) {
      assertThat(reason)
          .as("%s: %s", vector.provider(), detail)
          .isNotEqualTo(Reason.VERIFIER_MISCONFIGURED);
      assertThat(detail).doesNotContain(vector.secret());
    } else if (refused) {
      assertThat(verdict).as("%s of %s", request, vector).isInstanceOf(Verdict.Refused.class);
    }
  }

  private byte[] flipped(byte[] bytes) {
    byte[] copy = bytes.clone();
    copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
    return copy;
  }

  /** One character becomes another one that is not the same letter in the other case. */
  private String flipped(String text) {
    int at = random.nextInt(text.length());
    char old = text.charAt(at);
    char other = old == '7' ? '3' : '7';
    return text.substring(0, at) + other + text.substring(at + 1);
  }

  private String cut(String text) {
    return text.substring(0, random.nextInt(text.length()));
  }

  private byte[] garbage(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] deep(int depth) {
    return ("{\"signature\":" + "[".repeat(depth)).getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private SignedRequest anyHeaderDamaged(SignedRequest request) {
    Map.Entry<String, String> line =
        request.headers().get(random.nextInt(request.headers().size()));
    return switch (random.nextInt(3)) {
      case 0 -> with(request, line.getKey(), null);
      case 1 -> doubled(request, line.getKey(), line.getValue());
      default -> with(request, line.getKey(), cut(line.getValue() + "x"));
    };
  }

  private static SignedRequest with(SignedRequest request, String name, @Nullable String value) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(request.headers());
    headers.removeIf(line -> line.getKey().equalsIgnoreCase(name));
    if (value != null) {
      headers.add(Map.entry(name, value));
    }
    return new SignedRequest(request.method(), request.url(), headers, request.body());
  }

  private static SignedRequest doubled(SignedRequest request, String name, String value) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(request.headers());
    headers.add(Map.entry(name, value));
    return new SignedRequest(request.method(), request.url(), headers, request.body());
  }

  @Test
  void anotherSecretNeverFits() {
    for (Vector vector : Vector.all()) {
      if (!vector.valid()
          || Set.of("aws-sns", "plaid", "sendgrid", "qstash", "box").contains(vector.provider())) {
        continue;
      }
      char[] secret = vector.secret().toCharArray();
      int at = secret.length / 2 + 2;
      secret[at] = secret[at] == '2' ? '4' : '2';
      Verdict verdict;
      try {
        verdict =
            vector.verification(new String(secret)).check(vector.request(), vector.nowMillis());
      } catch (dev.catchment.base.Failure e) {
        continue;
      }
      assertThat(verdict)
          .as("%s with %s", vector, Arrays.toString(secret))
          .isInstanceOf(Verdict.Refused.class);
    }
  }
}
