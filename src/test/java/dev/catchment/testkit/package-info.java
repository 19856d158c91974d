/**
 * What tests of several rooms share: real servers and other real things, never imitations of our
 * own classes.
 *
 * <p>Nothing here knows a room of the product.
 *
 * <p>Start reading at {@link dev.catchment.testkit.Receiver}.
 */
@NullMarked
package dev.catchment.testkit;

import org.jspecify.annotations.NullMarked;
