package dev.catchment.verify;

/** How much of a request is looked at before its sender is known. */
final class Limits {
  /** The longest header value that is read, in characters. */
  static final int HEADER_CHARS_MAX = 16_384;

  /** Signatures of one header that are compared; later ones are not looked at. */
  static final int SIGNATURES_MAX = 20;

  /** Numbered signature headers that are compared. */
  static final int NUMBERED_MAX = 100;

  /** Parameters of a form or a query. */
  static final int FIELDS_MAX = 1_000;

  /** Parts of a multipart body. A mail that is passed on has one for each of its headers. */
  static final int PARTS_MAX = 500;

  /** Items of one notification, each with a signature of its own. */
  static final int ITEMS_MAX = 100;

  /** Bytes of a body that is parsed because its signature is inside it. */
  static final int PARSED_BYTES_MAX = 4 << 20;

  /** Bytes that a compressed body may become. */
  static final int INFLATED_BYTES_MAX = 20 << 20;

  /** Secrets beside the first. */
  static final int MORE_SECRETS_MAX = 5;

  private Limits() {}
}
