package dev.catchment.verify;

import java.util.Optional;

/** The certificates that the caller holds, by the address they were fetched from. */
@FunctionalInterface
public interface CertificateSource {
  /** The certificate as PEM or DER; empty when it was not fetched yet. */
  Optional<byte[]> find(String url);

  /** Holds nothing. */
  static CertificateSource none() {
    return url -> Optional.empty();
  }
}
