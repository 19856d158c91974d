/**
 * Runs several nodes over one store under a network that is not to be trusted, and holds what they
 * leave in the store against what must be true at every moment. Knows the nodes only by their steps
 * and their rows. Start reading at {@code DeliverySimulation}.
 */
@NullMarked
package dev.catchment.simulation;

import org.jspecify.annotations.NullMarked;
