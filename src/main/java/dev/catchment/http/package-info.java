/**
 * The one face of the HTTP server library: server, router, request and response, and connections
 * that stay open.
 *
 * <p>It knows no resource, no credential and no error text of any API; each door hands it a router
 * with its own {@link dev.catchment.http.Problems}.
 *
 * <p>Start reading at {@link dev.catchment.http.Server} and {@link dev.catchment.http.Router}, and
 * for open connections at {@link dev.catchment.http.Outlet}.
 */
@NullMarked
package dev.catchment.http;

import org.jspecify.annotations.NullMarked;
