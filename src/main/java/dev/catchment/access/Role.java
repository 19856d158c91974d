package dev.catchment.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a person may do in an organization. */
public enum Role {
  OWNER,
  ADMIN,
  MEMBER,
  MODERATOR,
  VIEWER;

  /** Not even to be read by anyone below an administrator: keys and the list of people. */
  private static final Set<String> CLOSED = Set.of("auth", "members");

  /** Read by everyone, changed by administrators only. */
  private static final Set<String> GOVERNED = Set.of("environments", "organization");

  /** The word in JSON and in the store: {@code owner}, {@code admin}, … */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role of a word; empty for any other word. */
  public static Optional<Role> of(String word) {
    return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
  }

  /** True for whoever manages keys, people, environments and the organization. */
  public boolean governs() {
    return this == OWNER || this == ADMIN;
  }

  /**
   * Whether the role may act under the first path segment. Only owners may change owners, which the
   * operation itself must see to.
   */
  boolean may(String segment, boolean write) {
    if (governs() || segment.equals("session")) {
      return true;
    }
    if (CLOSED.contains(segment)) {
      return false;
    }
    return !write || (this == MEMBER && !GOVERNED.contains(segment));
  }

  boolean moderatesFeeds() {
    return this != VIEWER;
  }
}
