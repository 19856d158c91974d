package dev.catchment.access;

import dev.catchment.base.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Who reads feeds.
 *
 * @param orgId the organization whose feeds the key opens
 * @param envId the only environment it opens; null for all of the organization
 * @param apiKeyId the key
 */
public record FeedCaller(String orgId, @Nullable String envId, String apiKeyId) {
  /** Whether things of that environment exist for the caller. */
  public boolean reaches(Scope scope) {
    return scope.orgId().equals(orgId) && (envId == null || envId.equals(scope.envId()));
  }
}
