package dev.catchment.access;

/** What the keys of a request to the feed API have shown. */
public sealed interface FeedAccess {
  /** A key that opens the feeds. */
  record Granted(FeedCaller caller) implements FeedAccess {}

  /** No key was sent. */
  record Missing() implements FeedAccess {}

  /** The key is unknown, revoked or expired, or several different keys were sent. */
  record Invalid() implements FeedAccess {}

  /** The organization is switched off, or the key's scopes do not reach the feeds. */
  record Forbidden() implements FeedAccess {}
}
