/**
 * What the tests of every room share: real servers to talk to and judges of real answers.
 *
 * <p>It holds no rule of the product and no stand-in for a class of the product.
 *
 * <p>Start reading at {@link dev.catchment.testkit.Receiver} and {@link
 * dev.catchment.testkit.OpenApi}.
 */
@NullMarked
package dev.catchment.testkit;

import org.jspecify.annotations.NullMarked;
