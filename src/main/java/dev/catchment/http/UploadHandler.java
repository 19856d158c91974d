package dev.catchment.http;

import java.io.IOException;
import java.io.InputStream;

/** Answers requests whose body is read while it comes, on a virtual thread; may block. */
@FunctionalInterface
public interface UploadHandler {
  /**
   * Reads the body, or as much of it as it wants, and answers. May throw {@code Failure}.
   *
   * @param request with an empty body
   * @param body of any length; a reader that is slow holds the sender back
   * @throws IOException from {@code body}, when the sender is gone; then nobody is answered
   */
  Response handle(Request request, InputStream body) throws IOException;
}
