package dev.catchment.access;

import java.util.concurrent.atomic.AtomicLong;

/** A key that worked when it was read, with what deciding about a request needs. */
final class WorkingKey {
  private final ApiKey key;
  private final ScopeWords scopes;
  private final boolean orgDisabled;
  private final long endsAt;
  private final long readAt;
  private final AtomicLong usedAt;

  private WorkingKey(ApiKey key, boolean orgDisabled, long endsAt, long readAt) {
    this.key = key;
    this.scopes = ScopeWords.parse(key.scopes());
    this.orgDisabled = orgDisabled;
    this.endsAt = endsAt;
    this.readAt = readAt;
    Long lastUsedAt = key.lastUsedAt();
    this.usedAt = new AtomicLong(lastUsedAt == null ? 0 : lastUsedAt);
  }

  /**
   * @param newest false when it was found by the text before its last rotation
   */
  static WorkingKey of(ApiKey key, boolean newest, boolean orgDisabled, long readAt) {
    Long expiresAt = key.expiresAt();
    Long previousExpiresAt = key.previousExpiresAt();
    long endsAt = expiresAt == null ? Long.MAX_VALUE : expiresAt;
    if (!newest && previousExpiresAt != null) {
      endsAt = Math.min(endsAt, previousExpiresAt);
    }
    return new WorkingKey(key, orgDisabled, endsAt, readAt);
  }

  ApiKey key() {
    return key;
  }

  ScopeWords scopes() {
    return scopes;
  }

  boolean orgDisabled() {
    return orgDisabled;
  }

  /** The greatest number for a key without an end. */
  long endsAt() {
    return endsAt;
  }

  boolean worksAt(long now) {
    return now < endsAt;
  }

  boolean isOlderThan(long millis, long now) {
    return now - readAt >= millis;
  }

  /** True for one caller in each span: the one who is to note the use. */
  boolean isUseToNote(long now, long stepMillis) {
    long last = usedAt.get();
    return now - last >= stepMillis && usedAt.compareAndSet(last, now);
  }
}
