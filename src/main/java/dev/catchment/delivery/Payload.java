package dev.catchment.delivery;

/** The body of a request. */
public sealed interface Payload {
  /** The bytes as they came in, with their content type and encoding. */
  record AsReceived() implements Payload {}

  /**
   * A body that was made from what came in.
   *
   * @param json the bytes to send, a JSON text
   */
  @SuppressWarnings("ArrayRecordComponent") // Sent as it is; nothing compares it.
  record Made(byte[] json) implements Payload {}

  /**
   * There is none, and there will be none if it is tried again.
   *
   * @param sentence why, safe to show to the owner of the destination
   */
  record Failed(String sentence) implements Payload {}

  /**
   * It could not be made now, and may be later.
   *
   * @param sentence why, safe to show to the owner of the destination
   */
  record NotNow(String sentence) implements Payload {}
}
