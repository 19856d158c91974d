package dev.catchment.verify;

import static dev.catchment.verify.FirstHeader.when;

/**
 * Standard Webhooks and the senders that depart from it a little (github.com/standard-webhooks,
 * version 1; symmetric signatures only).
 */
final class StandardWebhooks {
  private static final Window WINDOW = Window.both(300);

  private StandardWebhooks() {}

  /** Headers named {@code webhook-…} or, where those are missing, {@code svix-…}. */
  static Scheme both(Setup setup) {
    return FirstHeader.of(
        when("webhook-signature", of(setup, "webhook", KeyForm.WHSEC)),
        when("svix-signature", of(setup, "svix", KeyForm.WHSEC)));
  }

  /** The way of a sender who departs in the form of the key, the names or the clock. */
  static Scheme variant(String slug, Setup setup) {
    return switch (slug) {
      case "openai" -> of(setup, "webhook", KeyForm.WHSEC_OR_TEXT);
      case "liveblocks" -> of(setup, "webhook", KeyForm.WHSEC_ONLY);
      case "polar" -> of(setup, "webhook", KeyForm.TEXT_OR_BASE64);
      case "replicate" ->
          recipe("webhook-id", "webhook-timestamp", "webhook-signature", Window.OPEN)
              .with(setup.plain(), KeyForm.AFTER_UNDERSCORE);
      case "finch" ->
          recipe("Finch-Event-Id", "Finch-Timestamp", "Finch-Signature", WINDOW)
              .with(setup.plain(), KeyForm.WHSEC);
      default -> of(setup, "webhook", KeyForm.WHSEC);
    };
  }

  /** Headers named {@code <prefix>-id}, {@code -timestamp} and {@code -signature}. */
  static Scheme of(Setup setup, String prefix, KeyForm keyForm) {
    return recipe(prefix + "-id", prefix + "-timestamp", prefix + "-signature", WINDOW)
        .with(setup.plain(), keyForm);
  }

  private static Recipe recipe(String id, String timestamp, String signature, Window window) {
    return Recipe.at(new Place.Versioned(signature))
        .base64()
        .signing("{id}.{timestamp}.{body}")
        .id(id)
        .time(timestamp, Stamp.Unit.SECONDS, window);
  }
}
