/**
 * Organizations, environments, API keys, people and their sessions, and the rules that turn a
 * credential into a {@link dev.catchment.access.Caller}.
 *
 * <p>It knows no HTTP library, no wire format and no feature: it is handed header texts, and what a
 * caller may reach is a path segment to it.
 *
 * <p>Start reading at {@link dev.catchment.access.Access}, then {@link
 * dev.catchment.access.Accounts}.
 */
@NullMarked
package dev.catchment.access;

import org.jspecify.annotations.NullMarked;
