package dev.catchment.outbound;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Failure;
import dev.catchment.delivery.Outgoing;
import dev.catchment.delivery.SendResult;
import dev.catchment.testkit.Identity;
import dev.catchment.testkit.Receiver;
import java.nio.file.Path;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Private issuers and mutual TLS, against a real server. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TlsTest {
  private final HttpSender sender =
      new HttpSender(
          new AddressGuard(true, List.of(), Resolver.system()),
          HttpSenderSettings.standard(),
          System::nanoTime);
  private Identity server;
  private Identity client;
  private Identity rsa;
  private Receiver open;
  private Receiver strict;

  @BeforeAll
  void identities(@TempDir Path folder) throws Exception {
    server = Identity.make(folder, "server", "EC");
    client = Identity.make(folder, "client", "EC");
    rsa = Identity.make(folder, "rsa", "RSA");
    open = Receiver.startTls(server.server(client), false);
    strict = Receiver.startTls(server.server(client), true);
  }

  @AfterAll
  void close() {
    sender.close();
    open.close();
    strict.close();
  }

  @Test
  void aPrivateIssuerIsTrustedOnlyWhereItIsNamed() throws Exception {
    assertThat(send(open, null)).isInstanceOf(SendResult.Unanswered.class);
    assertThat(kind(send(open, null))).isEqualTo(SendResult.Kind.TLS);
    assertThat(status(send(open, trusting(server)))).isEqualTo(200);
    assertThat(kind(send(open, trusting(client)))).isEqualTo(SendResult.Kind.TLS);
    assertThat(kind(send(open, null)))
        .as("the trust stays where it was put")
        .isEqualTo(SendResult.Kind.TLS);
  }

  @Test
  void verificationCanBeSwitchedOff() {
    assertThat(status(send(open, new Outgoing.Tls(null, null, null, true)))).isEqualTo(200);
    assertThat(kind(send(open, new Outgoing.Tls(null, null, null, false))))
        .isEqualTo(SendResult.Kind.TLS);
  }

  @Test
  void aClientCertificateIsShownToWhoAsksForIt() throws Exception {
    assertThat(send(strict, trusting(server))).isInstanceOf(SendResult.Unanswered.class);
    assertThat(status(send(strict, showing(client)))).isEqualTo(200);
    assertThat(send(strict, showing(server))).isInstanceOf(SendResult.Unanswered.class);
    assertThat(status(send(strict, showing(client)))).isEqualTo(200);
  }

  @Test
  void connectionsAreReusedWithinASettingAndNotBetweenTwo() throws Exception {
    int before = open.connectionCount();
    Outgoing.Tls one = new Outgoing.Tls(server.certificatePem() + "\n", null, null, false);
    Outgoing.Tls two = new Outgoing.Tls(server.certificatePem() + "\n\n", null, null, false);
    for (int i = 0; i < 3; i++) {
      assertThat(status(send(open, one))).isEqualTo(200);
      assertThat(status(send(open, two))).isEqualTo(200);
    }
    assertThat(open.connectionCount() - before).isEqualTo(2);
  }

  @Test
  void olderFormsOfKeysAreRead() throws Exception {
    byte[] pkcs1 = inner(rsa.key().getEncoded());
    assertThat(Pem.privateKey(Identity.pem("RSA PRIVATE KEY", pkcs1), "k")).isEqualTo(rsa.key());
    byte[] sec1 = inner(client.key().getEncoded());
    assertThatThrownBy(() -> Pem.privateKey(Identity.pem("EC PRIVATE KEY", sec1), "k"))
        .hasMessage("k holds an EC private key that does not name its curve");
    String curve =
        client.certificate().getPublicKey().toString().contains("secp384r1")
            ? "06052b81040022"
            : "06082a8648ce3d030107";
    ECPrivateKey read =
        (ECPrivateKey) Pem.privateKey(Identity.pem("EC PRIVATE KEY", withCurve(sec1, curve)), "k");
    assertThat(read.getS()).isEqualTo(((ECPrivateKey) client.key()).getS());
    assertThat(read.getParams().getOrder())
        .isEqualTo(((ECPrivateKey) client.key()).getParams().getOrder());
  }

  @Test
  void badSettingsAreRefusedByName() throws Exception {
    String certificate = client.certificatePem();
    refused(new Outgoing.Tls("hello", null, null, false), "'f.ca_pem' must be PEM");
    refused(new Outgoing.Tls("hello", null, null, true), "'f.ca_pem' must be PEM");
    refused(
        new Outgoing.Tls(client.keyPem(), null, null, false),
        "'f.ca_pem' must hold a certificate in PEM");
    refused(
        new Outgoing.Tls(Identity.pem("CERTIFICATE", new byte[9]), null, null, false),
        "'f.ca_pem' holds a certificate that cannot be read");
    refused(
        new Outgoing.Tls(null, certificate, null, false),
        "'f.client_key_pem' is required beside client_cert_pem");
    refused(
        new Outgoing.Tls(null, null, client.keyPem(), false),
        "'f.client_cert_pem' is required beside client_key_pem");
    refused(
        new Outgoing.Tls(null, certificate, certificate, false),
        "'f.client_key_pem' must hold one private key in PEM");
    refused(
        new Outgoing.Tls(null, certificate, rsa.keyPem(), false),
        "'f.client_key_pem' does not fit client_cert_pem");
    refused(
        new Outgoing.Tls(
            null, certificate, Identity.pem("ENCRYPTED PRIVATE KEY", new byte[9]), false),
        "'f.client_key_pem' must hold a private key that is not encrypted, in PEM");
    refused(
        new Outgoing.Tls(null, certificate, Identity.pem("PRIVATE KEY", new byte[9]), false),
        "'f.client_key_pem' holds a private key that is none of the 3 known kinds");
    refused(
        new Outgoing.Tls(null, certificate, Identity.pem("EC PRIVATE KEY", new byte[9]), false),
        "'f.client_key_pem' holds a");
    TlsContexts.check(showing(client), "f");
  }

  @Test
  void clientsThatNobodyUsesAreClosedWhenThereAreTooMany() {
    try (ClientPool pool = new ClientPool(tls -> HttpClients.createMinimal())) {
      ClientPool.Lent used = pool.lend(setting(0));
      for (int i = 1; i <= 200; i++) {
        pool.lend(setting(i)).close();
      }
      assertThat(pool.specialCount()).isEqualTo(64);
      ClientPool.Lent again = pool.lend(setting(0));
      assertThat(again.client()).as("in use, so it was kept").isSameAs(used.client());
      again.close();
      used.close();
    }
  }

  private static Outgoing.Tls setting(int number) {
    return new Outgoing.Tls("ca " + number, null, null, false);
  }

  private static void refused(Outgoing.Tls tls, String words) {
    assertThatThrownBy(() -> TlsContexts.check(tls, "f"))
        .isInstanceOf(Failure.class)
        .hasMessageStartingWith("Invalid body: " + words);
  }

  private static Outgoing.Tls trusting(Identity issuer) throws Exception {
    return new Outgoing.Tls(issuer.certificatePem(), null, null, false);
  }

  private Outgoing.Tls showing(Identity own) throws Exception {
    return new Outgoing.Tls(server.certificatePem(), own.certificatePem(), own.keyPem(), false);
  }

  private SendResult send(Receiver receiver, Outgoing.@Nullable Tls tls) {
    return sender.send(
        new Outgoing(
            "POST",
            receiver.url("/hook").replace("http:", "https:"),
            List.of(),
            "{}".getBytes(UTF_8),
            20_000,
            1_000,
            tls));
  }

  private static int status(SendResult result) {
    return result instanceof SendResult.Answered answered ? answered.status() : -1;
  }

  private static SendResult.@Nullable Kind kind(SendResult result) {
    return result instanceof SendResult.Unanswered unanswered ? unanswered.kind() : null;
  }

  /** The content of the octets that end a PKCS #8 key. */
  private static byte[] inner(byte[] pkcs8) {
    for (int at = 0; at < pkcs8.length - 4; at++) {
      boolean octets = pkcs8[at] == 0x04;
      int length = pkcs8[at + 1] & 0xff;
      int header = 2;
      if (length == 0x81) {
        length = pkcs8[at + 2] & 0xff;
        header = 3;
      } else if (length == 0x82) {
        length = ((pkcs8[at + 2] & 0xff) << 8) | (pkcs8[at + 3] & 0xff);
        header = 4;
      }
      if (octets && at + header + length == pkcs8.length) {
        return Arrays.copyOfRange(pkcs8, at + header, pkcs8.length);
      }
    }
    throw new AssertionError("No octets at the end");
  }

  /** A SEC 1 key with the version and the number of that one, and a curve. */
  private static byte[] withCurve(byte[] sec1, String oidHex) {
    byte[] oid = HexFormat.of().parseHex(oidHex);
    int number = sec1[6] & 0xff;
    byte[] key = Arrays.copyOfRange(sec1, 2, 7 + number);
    byte[] all = new byte[2 + key.length + 2 + oid.length];
    all[0] = 0x30;
    all[1] = (byte) (all.length - 2);
    System.arraycopy(key, 0, all, 2, key.length);
    all[2 + key.length] = (byte) 0xa0;
    all[3 + key.length] = (byte) oid.length;
    System.arraycopy(oid, 0, all, 4 + key.length, oid.length);
    return all;
  }
}
