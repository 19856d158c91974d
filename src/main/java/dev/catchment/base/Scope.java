package dev.catchment.base;

/**
 * The organisation and environment a query may reach. Every query of a feature carries one, so that
 * one organisation cannot reach another's rows.
 *
 * @param orgId 32 lower-case hex digits
 * @param envId 32 lower-case hex digits; belongs to exactly one organisation
 */
public record Scope(String orgId, String envId) {}
