package dev.catchment.api;

import dev.catchment.base.Sha256;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;

/** The resource {@code /v1/openapi.json}: the document that ships with the server, as it is. */
public final class DocumentHandler {
  private static final String RESOURCE = "/openapi/gateway.json";

  private final byte[] document;
  private final String tag;

  /** Reads the document once. */
  public DocumentHandler() {
    try (InputStream in = DocumentHandler.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("The program has no resource " + RESOURCE);
      }
      this.document = in.readAllBytes();
      this.tag = '"' + HexFormat.of().formatHex(Sha256.of(document), 0, 16) + '"';
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router.on("GET", "/v1/openapi.json", this::get);
  }

  private Response get(Request request) {
    boolean known =
        request.headers().all("If-None-Match").stream().anyMatch(tags -> tags.contains(tag));
    Response response =
        known ? Response.empty(304) : Response.bytes(200, "application/json", document);
    return response.with("ETag", tag);
  }
}
