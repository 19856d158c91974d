package dev.catchment.delivery;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request to a receiver, complete but for what belongs to the connection itself: the sender
 * adds {@code Host}, {@code Content-Length} and {@code Connection}, and ignores them here.
 *
 * @param method upper case
 * @param url absolute, http or https
 * @param headers in the order they are sent; a name may repeat; {@code User-Agent} is the caller's
 * @param body the bytes to send, not copied; empty for none
 * @param timeoutMillis from the start of the call to the last byte of the answer, at least 1
 * @param responseBytesMax how much of the answer's body is kept
 * @param tls how to speak TLS; null for the ordinary way
 */
@SuppressWarnings("ArrayRecordComponent") // Bodies are large and read once; nothing compares them.
public record Outgoing(
    String method,
    String url,
    List<Map.Entry<String, String>> headers,
    byte[] body,
    int timeoutMillis,
    int responseBytesMax,
    @Nullable Tls tls) {
  /** What is kept of an answer's body unless a caller needs something else: 64 KiB. */
  public static final int RESPONSE_BYTES_MAX = 64 * 1024;

  /** A request over ordinary TLS, if its URL is https. */
  public Outgoing(
      String method,
      String url,
      List<Map.Entry<String, String>> headers,
      byte[] body,
      int timeoutMillis,
      int responseBytesMax) {
    this(method, url, headers, body, timeoutMillis, responseBytesMax, null);
  }

  /**
   * Whom to trust and who to be; all texts in PEM (RFC 7468).
   *
   * @param caPem certificates that alone are trusted as issuers; null for those of the system
   * @param clientCertPem the certificate to show and its chain; null for none
   * @param clientKeyPem its private key, not encrypted: PKCS #8, PKCS #1 or SEC 1; null for none
   * @param insecureSkipVerify whether any certificate of any host will do
   */
  public record Tls(
      @Nullable String caPem,
      @Nullable String clientCertPem,
      @Nullable String clientKeyPem,
      boolean insecureSkipVerify) {
    /** Without what is in it, which is secret and long. */
    @Override
    public String toString() {
      return "Tls[insecureSkipVerify=" + insecureSkipVerify + "]";
    }
  }
}
