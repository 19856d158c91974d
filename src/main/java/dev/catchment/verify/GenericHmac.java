package dev.catchment.verify;

import dev.catchment.base.Failure;
import org.jspecify.annotations.Nullable;

/** Makes the recipe that a user describes with {@code verification_config}. */
final class GenericHmac {
  private static final String SIGNED_CONTENT = Options.FIELD + ".signed_content";
  private static final int TOLERANCE_SECONDS = 300;

  /** Where the signature stands unless the source says otherwise. */
  static final String HEADER = "X-Signature";

  private GenericHmac() {}

  static Scheme compile(Algorithm algorithm, Setup setup) {
    Options options = setup.options();
    Encoding encoding = options.encoding();
    String prefix = options.prefix();
    if (prefix == null && encoding != Encoding.HEX) {
      prefix = "";
    }
    Content content = content(options.signedContent());
    String timestampHeader = options.headerName("timestamp_header");
    String idHeader = options.headerName("id_header");
    require(content.signsTimestamp(), timestampHeader, "{timestamp}", "timestamp_header");
    require(content.signsId(), idHeader, "{id}", "id_header");
    Stamp stamp =
        timestampHeader == null
            ? null
            : new Stamp(
                Stamp.Origin.HEADER,
                timestampHeader,
                Stamp.Unit.ANY,
                Window.both(TOLERANCE_SECONDS));
    Place place = new Place.Whole(HEADER, prefix);
    return new Recipe(place, algorithm, encoding, content, idHeader, stamp)
        .with(setup, KeyForm.TEXT);
  }

  private static Content content(@Nullable String template) {
    if (template == null) {
      return Content.parse("{body}");
    }
    try {
      Content content = Content.parse(template);
      if (!content.signsMoreThanBodyTimeAndId()) {
        if (!content.signsBody()) {
          throw Failure.body(SIGNED_CONTENT, "must contain {body}, or the body is not protected");
        }
        return content;
      }
    } catch (IllegalArgumentException e) {
      throw unknown();
    }
    throw unknown();
  }

  private static Failure unknown() {
    return Failure.body(SIGNED_CONTENT, "may only contain {body}, {timestamp} and {id} in braces");
  }

  private static void require(boolean signed, @Nullable String header, String hole, String member) {
    if (signed && header == null) {
      throw Failure.body(
          Options.FIELD + "." + member, "is needed, because signed_content contains " + hole);
    }
    if (!signed && header != null) {
      throw Failure.body(
          Options.FIELD + "." + member,
          "has no use, because signed_content does not contain " + hole);
    }
  }
}
