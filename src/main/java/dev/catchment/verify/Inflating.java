package dev.catchment.verify;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Judges the decompressed bytes of a gzip body, up to a limit, and any other body as it is. */
record Inflating(Scheme scheme) implements Scheme {
  @Override
  public Verdict check(SignedRequest request, Moment moment) {
    byte[] body = request.body();
    boolean gzip = body.length > 2 && body[0] == 0x1f && (body[1] & 0xff) == 0x8b;
    return scheme.check(gzip ? request.withBody(inflate(body)) : request, moment);
  }

  private static byte[] inflate(byte[] body) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      byte[] inflated = in.readNBytes(Limits.INFLATED_BYTES_MAX + 1);
      if (inflated.length > Limits.INFLATED_BYTES_MAX) {
        throw Refusal.invalid("The decompressed body is too large");
      }
      return inflated;
    } catch (IOException e) {
      throw Refusal.invalid("The body starts like gzip and is not");
    }
  }
}
