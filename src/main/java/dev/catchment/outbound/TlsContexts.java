package dev.catchment.outbound;

import dev.catchment.base.Failure;
import dev.catchment.delivery.Outgoing;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Makes the contexts of TLS settings of destinations. */
public final class TlsContexts {
  private TlsContexts() {}

  /**
   * Refuses settings that can never be used, as a {@link Failure} that names the member.
   *
   * @param field what the members belong to, such as {@code provider_config.tls}
   */
  public static void check(Outgoing.Tls tls, String field) {
    try {
      of(tls);
    } catch (PemFault e) {
      throw Failure.body(field + "." + e.field(), e.rule());
    }
  }

  /** Throws {@link PemFault} for settings that can never be used. */
  static SSLContext of(Outgoing.Tls tls) {
    if ((tls.clientCertPem() == null) != (tls.clientKeyPem() == null)) {
      throw tls.clientKeyPem() == null
          ? new PemFault("client_key_pem", "is required beside client_cert_pem")
          : new PemFault("client_cert_pem", "is required beside client_key_pem");
    }
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(tls), trust(tls), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new PemFault("client_key_pem", "does not fit client_cert_pem");
    }
  }

  private static KeyManager @Nullable [] keys(Outgoing.Tls tls)
      throws GeneralSecurityException, IOException {
    if (tls.clientCertPem() == null || tls.clientKeyPem() == null) {
      return null;
    }
    List<X509Certificate> chain = Pem.certificates(tls.clientCertPem(), "client_cert_pem");
    PrivateKey key = Pem.privateKey(tls.clientKeyPem(), "client_key_pem");
    if (!key.getAlgorithm().equals(chain.getFirst().getPublicKey().getAlgorithm())) {
      throw new PemFault("client_key_pem", "does not fit client_cert_pem");
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("client", key, new char[0], chain.toArray(X509Certificate[]::new));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static TrustManager @Nullable [] trust(Outgoing.Tls tls)
      throws GeneralSecurityException, IOException {
    KeyStore store = null;
    if (tls.caPem() != null) {
      store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      int number = 0;
      for (X509Certificate issuer : Pem.certificates(tls.caPem(), "ca_pem")) {
        store.setCertificateEntry("ca-" + number++, issuer);
      }
    }
    if (tls.insecureSkipVerify()) {
      return new TrustManager[] {new TrustEveryone()};
    }
    if (store == null) {
      return null;
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    return factory.getTrustManagers();
  }

  /** What {@code insecure_skip_verify} asks for. */
  private static final class TrustEveryone extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
