/**
 * Who really sent a request: the signature schemes of the providers, the templates that preset
 * them, and the answers to their handshakes.
 *
 * <p>It never knows a store, a clock or a network: the caller hands it bytes, headers, the time
 * and, where a scheme needs one, a certificate.
 *
 * <p>Start reading at {@link dev.catchment.verify.Verification}, then at {@code Recipes}, where
 * most providers are one line.
 */
@NullMarked
package dev.catchment.verify;

import org.jspecify.annotations.NullMarked;
