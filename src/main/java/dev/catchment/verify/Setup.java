package dev.catchment.verify;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a scheme is made from.
 *
 * @param header the source's own signature header; null for the scheme's
 * @param secrets the secret and those beside it, none of them blank
 */
record Setup(Options options, @Nullable String header, List<Named> secrets, PublicUrl url) {
  /** A secret and the field of the request it came in. */
  record Named(String text, String field) {
    @Override
    public String toString() {
      return field;
    }
  }

  /** The same for other secrets. */
  Setup with(List<Named> others) {
    return new Setup(options, header, others, url);
  }

  /** The same without a header of the source's own. */
  Setup plain() {
    return new Setup(options, null, secrets, url);
  }
}
