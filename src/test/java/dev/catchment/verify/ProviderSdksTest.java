package dev.catchment.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Secret;
import dev.catchment.json.Json;
import dev.catchment.verify.Sender.Draft;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Requests with fresh secrets and bodies are judged here and by the providers' own libraries, both
 * those that were signed on our own and those that the libraries signed. {@code
 * -Dcatchment.sdks.seed} brings a run back.
 */
final class ProviderSdksTest {
  private static final String SEED = "catchment.sdks.seed";

  /** Whose libraries can sign; the others only judge. */
  private static final Set<String> SIGNING =
      Set.of(
          "stripe",
          "github",
          "kontent-ai",
          "sanity",
          "twilio",
          "standard-webhooks",
          "svix",
          "clerk",
          "resend");

  private final long seed = Long.getLong(SEED, new SplittableRandom().nextLong());
  private final RandomGenerator random = new SplittableRandom(seed);
  private final List<String> disagreements = new ArrayList<>();

  /**
   * A request and what is to be said of it.
   *
   * @param secret what the source and the library are given
   * @param toSign what the library is to sign as well; null for nothing
   */
  private record Case(
      Named name,
      String secret,
      SignedRequest request,
      long nowSeconds,
      boolean genuine,
      @Nullable Draft toSign) {}

  private record Named(Sender sender, String what) {
    Named and(String more) {
      return new Named(sender, what + ", " + more);
    }

    @Override
    public String toString() {
      return sender.provider() + ", " + what;
    }
  }

  @Test
  void theVerdictsAreThoseOfTheProvidersOwnLibraries()
      throws IOException, InterruptedException, GeneralSecurityException {
    List<Case> cases = new ArrayList<>();
    for (Sender sender : Sender.all()) {
      long seconds = random.nextLong(1_700_000_000L, 2_000_000_000L);
      for (SenderBody body : sender.bodies(random, seconds)) {
        cases.addAll(cases(sender, body, seconds));
      }
    }
    assertThat(cases).hasSizeGreaterThan(600);
    List<Json> answers = NodeSdks.ask(cases.stream().map(ProviderSdksTest::question).toList());

    Set<String> signing = new TreeSet<>();
    for (int i = 0; i < cases.size(); i++) {
      Case one = cases.get(i);
      Json.Obj answer = (Json.Obj) answers.get(i);
      boolean theirs = Json.of(true).equals(answer.get("accepted"));
      if (theirs != one.genuine()) {
        disagreements.add(one.name() + ": the library says " + answer.text());
      }
      expect(one.name(), one, one.request(), one.genuine());
      if (answer.get("signed") instanceof Json.Obj signed) {
        signing.add(one.name().sender().provider());
        compareSigned(one, signed);
      }
    }
    assertThat(disagreements).as("run with -D%s=%d", SEED, seed).isEmpty();
    assertThat(signing).containsExactlyInAnyOrderElementsOf(SIGNING);
  }

  /** The request as it should be, then changed in every way that must not pass. */
  private List<Case> cases(Sender sender, SenderBody body, long seconds)
      throws GeneralSecurityException {
    Named name = new Named(sender, body.kind());
    SenderKey key = sender.keys().apply(random);
    String secret = key.pasted();
    String url = sender.url(random, body);
    Draft draft = new Draft(key, body, url, seconds, seconds, false);
    SignedRequest good = sender.request(draft);
    List<Case> cases = new ArrayList<>();
    cases.add(new Case(name.and("good"), secret, good, seconds, true, draft));
    String other = sender.keys().apply(random).pasted();
    cases.add(bad(name.and("other secret"), other, good, seconds));
    cases.add(bad(name.and("changed body"), secret, good.withBody(body.changed()), seconds));
    SignedRequest damaged = sender.request(new Draft(key, body, url, seconds, seconds, true));
    cases.add(bad(name.and("damaged"), secret, damaged, seconds));
    SignedRequest bare = sender.request(draft, List.of());
    cases.add(bad(name.and("no signature"), secret, bare, seconds));
    if (sender.times().stated()) {
      SignedRequest lie = sender.request(new Draft(key, body, url, seconds, seconds + 1, false));
      cases.add(bad(name.and("other time"), secret, lie, seconds + 1));
    }
    long past = sender.times().pastSeconds();
    if (past > 0) {
      cases.add(new Case(name.and("old"), secret, good, seconds + past, true, null));
      cases.add(bad(name.and("too old"), secret, good, seconds + past + 1));
    }
    if (sender.times().future()) {
      cases.add(new Case(name.and("ahead"), secret, good, seconds - past, true, null));
      cases.add(bad(name.and("too far ahead"), secret, good, seconds - past - 1));
    }
    return cases;
  }

  private static Case bad(Named name, String secret, SignedRequest request, long nowSeconds) {
    return new Case(name, secret, request, nowSeconds, false, null);
  }

  private static Json question(Case one) {
    Json.ObjBuilder headers = Json.object();
    one.request()
        .headers()
        .forEach(line -> headers.put(line.getKey().toLowerCase(Locale.ROOT), line.getValue()));
    Json.ObjBuilder question =
        Json.object()
            .put("provider", one.name().sender().provider())
            .put("secret", one.secret())
            .put("url", one.request().url())
            .put("headers", headers.build())
            .put("body", Base64.getEncoder().encodeToString(one.request().body()))
            .put("now", one.nowSeconds() * 1000);
    Draft draft = one.toSign();
    return draft == null
        ? question.build()
        : question.put("id", draft.id()).put("seconds", draft.seconds()).build();
  }

  /** What the library signed is taken as it is, and refused with another body. */
  private void compareSigned(Case one, Json.Obj signed) {
    Draft draft = Objects.requireNonNull(one.toSign());
    List<String> lines = new ArrayList<>();
    signed
        .members()
        .forEach((name, value) -> lines.addAll(List.of(name, ((Json.Str) value).value())));
    SignedRequest request = one.name().sender().request(draft, lines);
    Named name = one.name().and("signed by the library");
    expect(name, one, request, true);
    expect(name.and("changed body"), one, request.withBody(draft.body().changed()), false);
  }

  /** Holds our verdict to what is expected; a verifier that cannot judge is no refusal. */
  private void expect(Named name, Case one, SignedRequest request, boolean taken) {
    VerificationFields fields = new VerificationFields(null, new Secret(one.secret()), null, null);
    String ingestUrl = request.url().split("\\?", 2)[0];
    Verdict verdict =
        Verification.compile(fields, name.sender().provider(), ingestUrl)
            .check(request, one.nowSeconds() * 1000);
    boolean asExpected =
        taken
            ? verdict instanceof Verdict.Verified
            : verdict instanceof Verdict.Refused(Reason reason, String _)
                && reason != Reason.VERIFIER_MISCONFIGURED;
    if (!asExpected) {
      disagreements.add(name + ": we say " + verdict);
    }
  }
}
