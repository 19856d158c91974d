package dev.catchment.verify;

import dev.catchment.base.Failure;
import dev.catchment.json.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Amazon SNS: an RSA signature over fields of the message, by a key whose certificate the message
 * names.
 *
 * <p>Amazon signs the messages of every account alike, so a source that names no topic takes the
 * messages of any.
 *
 * @param topics the topics that are taken; empty for any
 * @param pinned keys to believe instead of the one that the message names
 */
record AmazonSns(Set<String> topics, List<PublicKey> pinned) implements Scheme {
  private static final Pattern HOST =
      Pattern.compile("sns\\.[a-z0-9-]{1,40}\\.amazonaws\\.com(\\.cn)?");
  private static final List<String> NOTIFICATION =
      List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");
  private static final List<String> CONFIRMATION =
      List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

  /** From secrets that are topic names ({@code arn:…}) or certificates in PEM, or none at all. */
  static Scheme compile(Setup setup) {
    Set<String> topics = new HashSet<>();
    List<PublicKey> pinned = new ArrayList<>();
    for (Setup.Named secret : setup.secrets()) {
      String text = secret.text().strip();
      if (text.startsWith("arn:")) {
        topics.add(text);
        continue;
      }
      X509Certificate certificate = PublicKeys.certificate(text.getBytes(StandardCharsets.UTF_8));
      if (certificate == null) {
        throw Failure.body(
            secret.field(), "must be the topic (arn:aws:sns:…), or Amazon's certificate in PEM");
      }
      pinned.add(certificate.getPublicKey());
    }
    return new AmazonSns(Set.copyOf(topics), List.copyOf(pinned));
  }

  @Override
  public Verdict check(SignedRequest request, Moment moment) {
    Json.Obj message = BodySchemes.json(request);
    String jdkName =
        switch (BodySchemes.text(message, "SignatureVersion")) {
          case "1" -> "SHA1withRSA";
          case "2" -> "SHA256withRSA";
          case "" -> throw Refusal.missing("The message has no SignatureVersion");
          default -> throw Refusal.invalid("The SignatureVersion is not known");
        };
    if (!topics.isEmpty() && !topics.contains(BodySchemes.text(message, "TopicArn"))) {
      throw Refusal.invalid("The message is of another topic");
    }
    byte[] text = text(message).getBytes(StandardCharsets.UTF_8);
    byte[] signature = Encoding.BASE64.decode(BodySchemes.text(message, "Signature"));
    if (signature == null || signature.length == 0) {
      throw Refusal.missing("The message has no Signature");
    }
    String url = BodySchemes.text(message, "SigningCertURL");
    if (!isAmazon(url) || !url.endsWith(".pem")) {
      throw Refusal.invalid("SigningCertURL does not lead to Amazon");
    }
    List<PublicKey> keys = pinned;
    if (keys.isEmpty()) {
      Fetch fetch = new Fetch(url, null);
      Optional<byte[]> certificate = moment.keys().find(fetch);
      if (certificate.isEmpty()) {
        return new Verdict.NeedsKey(fetch);
      }
      keys = List.of(key(certificate.get()));
    }
    if (keys.stream().noneMatch(key -> signed(jdkName, key, text, signature))) {
      throw Refusal.invalid("The signature does not fit Amazon's certificate");
    }
    return new Verdict.Verified(BodySchemes.text(message, "MessageId"), null);
  }

  /** An {@code https} address of Amazon's notification service. */
  static boolean isAmazon(String url) {
    try {
      URI uri = new URI(url);
      return "https".equals(uri.getScheme())
          && uri.getHost() != null
          && HOST.matcher(uri.getHost()).matches()
          && (uri.getPort() == -1 || uri.getPort() == 443)
          && uri.getRawUserInfo() == null
          && uri.getRawFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static String text(Json.Obj message) {
    List<String> names =
        switch (BodySchemes.text(message, "Type")) {
          case "Notification" -> NOTIFICATION;
          case "SubscriptionConfirmation", "UnsubscribeConfirmation" -> CONFIRMATION;
          default -> throw Refusal.invalid("The Type of the message is not known");
        };
    StringBuilder text = new StringBuilder();
    for (String name : names) {
      if (message.get(name) instanceof Json.Str value) {
        text.append(name).append('\n').append(value.value()).append('\n');
      }
    }
    return text.toString();
  }

  private static PublicKey key(byte[] bytes) {
    X509Certificate certificate = PublicKeys.certificate(bytes);
    if (certificate == null) {
      throw Refusal.invalid("What SigningCertURL leads to is no certificate");
    }
    return certificate.getPublicKey();
  }

  private static boolean signed(String jdkName, PublicKey key, byte[] text, byte[] signature) {
    if (!(key instanceof RSAPublicKey)) {
      return false;
    }
    try {
      Signature check = Signature.getInstance(jdkName);
      check.initVerify(key);
      check.update(text);
      return check.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
