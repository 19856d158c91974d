package dev.catchment.outbound;

import dev.catchment.delivery.Outgoing;
import java.net.Socket;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.HttpsSupport;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Builds the client: plain HTTP/1.1, with everything off that would act on its own. */
final class HttpClients {
  /** Small, because ten thousand slow receivers hold as many connections. */
  private static final int BUFFER_BYTES = 2048;

  private static final long IDLE_UNCHECKED_MILLIS = 1_000;
  private static final int LINE_BYTES_MAX = 16 * 1024;
  private static final int HEADERS_MAX = 200;

  private HttpClients() {}

  /** Throws {@link PemFault} for TLS settings that cannot be used. */
  static CloseableHttpClient build(
      HttpSenderSettings settings, DnsResolver lookUps, Outgoing.@Nullable Tls tls) {
    return HttpClientBuilder.create()
        .setConnectionManager(connections(settings, lookUps, tls))
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableCookieManagement()
        .disableContentCompression()
        .disableAuthCaching()
        .disableConnectionState()
        .disableDefaultUserAgent()
        .evictExpiredConnections()
        .evictIdleConnections(TimeValue.ofMilliseconds(settings.idleMillisMax()))
        .build();
  }

  private static HttpClientConnectionManager connections(
      HttpSenderSettings settings, DnsResolver lookUps, Outgoing.@Nullable Tls tls) {
    return new OperatorBuilder(settings.proxy())
        .setTlsSocketStrategy(tls == null ? null : strategy(tls))
        .setDnsResolver(lookUps)
        .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
        .setMaxConnTotal(settings.callsMax())
        .setMaxConnPerRoute(settings.perTargetMax())
        .setOffLockDisposalEnabled(true)
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setConnectTimeout(Timeout.ofMilliseconds(settings.connectMillisMax()))
                .setIdleTimeout(Timeout.ofMilliseconds(settings.idleMillisMax()))
                // Checking costs a millisecond, so it is left out where a connection was in use
                // just now; the sender deals with one that was closed since.
                .setValidateAfterInactivity(TimeValue.ofMilliseconds(IDLE_UNCHECKED_MILLIS))
                .build())
        .setConnectionFactory(
            ManagedHttpClientConnectionFactory.builder()
                .http1Config(
                    Http1Config.custom()
                        .setBufferSize(BUFFER_BYTES)
                        .setMaxLineLength(LINE_BYTES_MAX)
                        .setMaxHeaderCount(HEADERS_MAX)
                        .build())
                .build())
        .build();
  }

  private static TlsSocketStrategy strategy(Outgoing.Tls tls) {
    return new DefaultClientTlsStrategy(
        TlsContexts.of(tls),
        HostnameVerificationPolicy.CLIENT,
        tls.insecureSkipVerify()
            ? NoopHostnameVerifier.INSTANCE
            : HttpsSupport.getDefaultHostnameVerifier());
  }

  /** Puts the call's clock between the addresses of a name, which are tried one after another. */
  private static final class OperatorBuilder extends PoolingHttpClientConnectionManagerBuilder {
    private final @Nullable Proxy proxy;

    OperatorBuilder(@Nullable Proxy proxy) {
      this.proxy = proxy;
    }

    @Override
    protected HttpClientConnectionOperator createConnectionOperator(
        SchemePortResolver ports, DnsResolver lookUps, TlsSocketStrategy tls) {
      return new DefaultHttpClientConnectionOperator(
          socks -> {
            Call.CURRENT.get().checkTime();
            return proxy == null ? new Socket() : new TunnelSocket(proxy);
          },
          ports,
          lookUps,
          RegistryBuilder.<TlsSocketStrategy>create().register("https", tls).build());
    }
  }
}
