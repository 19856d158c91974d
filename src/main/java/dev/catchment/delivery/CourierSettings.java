package dev.catchment.delivery;

/**
 * How a node delivers.
 *
 * @param node names this node among the others
 * @param inFlightMax deliveries that may run at once
 * @param leaseMillis how long a claim holds without being renewed
 * @param onlyNode whether the store has no other node, so that claims found at start are nobody's
 */
public record CourierSettings(String node, int inFlightMax, long leaseMillis, boolean onlyNode) {}
