package dev.catchment.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class SignerTest {
  /** Test case 2 of RFC 4231. */
  @Test
  void theSignatureStandsWhereItsPlaceWas() {
    byte[] text =
        ("X-Signature: " + Signer.PLACE + "\r\n\r\nwhat do ya want for nothing?")
            .getBytes(StandardCharsets.US_ASCII);
    ByteBuffer request = ByteBuffer.allocateDirect(text.length).put(text);
    new Signer("Jefe").sign(request, 81, 13);
    byte[] signed = new byte[text.length];
    request.get(0, signed);
    assertThat(new String(signed, StandardCharsets.US_ASCII))
        .isEqualTo(
            "X-Signature: 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
                + "\r\n\r\nwhat do ya want for nothing?");
  }
}
