package dev.catchment.ingest;

import dev.catchment.expr.Body;
import dev.catchment.log.Event;
import dev.catchment.verify.Answer;
import dev.catchment.verify.Fetch;
import dev.catchment.verify.SignedRequest;
import dev.catchment.verify.Verdict;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The checks that look at the body of a request. Safe for use by several threads. */
final class Judge {
  /** Larger bodies are judged off the threads that read sockets. */
  private static final int LIGHT_BYTES_MAX = 64 << 10;

  /**
   * Bodies that are unpacked and parsed at once. A small one may become ten times as large as the
   * largest, and a tree of values beside it.
   */
  private static final int PARSED_AT_ONCE_MAX = 4;

  private final FetchedKeys keys;
  private final long decodedMax;
  private final Semaphore parsing = new Semaphore(PARSED_AT_ONCE_MAX);

  /** What the checks found; a refusal is thrown instead. */
  sealed interface Finding {
    /**
     * It is to become an event.
     *
     * @param once what no other request may have shown before; null for nothing
     */
    record Fits(Event.Checks checks, @Nullable Token once) implements Finding {}

    /** It is a provider's question. */
    record Question(Answer answer) implements Finding {}

    /** It is refused, but its sender must not learn of that. */
    record Secretly(Refusal refusal) implements Finding {}
  }

  /**
   * @param get fetches a provider's key, blocking for a bounded time; empty for none
   * @param bodyMax bytes a body may have
   */
  Judge(InstantSource clock, Function<Fetch, Optional<byte[]>> get, int bodyMax) {
    this.keys = new FetchedKeys(clock, get);
    this.decodedMax = Body.decodedMax(bodyMax);
  }

  /** Whether looking at it may take long or wait, so that a thread of its own should. */
  boolean isHeavy(Candidate candidate) {
    return candidate.checks().isHeavy(candidate.bodyBytes(), LIGHT_BYTES_MAX);
  }

  /** Looks at it; throws the refusal. */
  Finding judge(Candidate candidate) {
    SignedRequest request = candidate.received().signed();
    Optional<Answer> answer = candidate.checks().asked(request);
    if (answer.isPresent() && !answer.get().verifiedFirst()) {
      return new Finding.Question(answer.get());
    }
    Verdict verdict = verdict(candidate, request);
    if (verdict instanceof Verdict.Refused refused) {
      Refusal refusal =
          Refusal.signature(Reason.valueOf(refused.reason().name()), refused.detail());
      if (!candidate.checks().hidesRefusal()) {
        throw refusal;
      }
      return new Finding.Secretly(refusal);
    }
    return answer
        .<Finding>map(Finding.Question::new)
        .orElseGet(() ->
            new Finding.Fits(
                found(candidate), candidate.checks().once(verdict, candidate.sentAt())));
  }

  private Event.Checks found(Candidate candidate) {
    if (!isHeavy(candidate)) {
      return candidate.checks().judge(candidate.received(), decodedMax);
    }
    // Heavy requests are judged by threads of their own, which may wait.
    parsing.acquireUninterruptibly();
    try {
      return candidate.checks().judge(candidate.received(), decodedMax);
    } finally {
      parsing.release();
    }
  }

  /**
   * Fetches a provider's key where one is needed; schemes that may need one are judged on the side.
   */
  private Verdict verdict(Candidate candidate, SignedRequest request) {
    SourceChecks checks = candidate.checks();
    Verdict verdict = checks.verify(request, candidate.sentAt(), keys);
    if (verdict instanceof Verdict.NeedsKey(Fetch fetch)) {
      keys.fetch(fetch, candidate.source().id());
      verdict = checks.verify(request, candidate.sentAt(), keys);
    }
    return verdict instanceof Verdict.NeedsKey
        ? new Verdict.Refused(
            dev.catchment.verify.Reason.VERIFIER_MISCONFIGURED,
            "The key could not be fetched from the provider")
        : verdict;
  }
}
