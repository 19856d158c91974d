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

  static Scheme of(Setup setup, String prefix, KeyForm keyForm) {
    return of(setup, prefix, keyForm, WINDOW);
  }

  static Scheme of(Setup setup, String prefix, KeyForm keyForm, Window window) {
    return recipe(prefix + "-id", prefix + "-timestamp", prefix + "-signature", window)
        .with(setup.plain(), keyForm);
  }

  static Scheme finch(Setup setup) {
    return recipe("Finch-Event-Id", "Finch-Timestamp", "Finch-Signature", WINDOW)
        .with(setup.plain(), KeyForm.WHSEC);
  }

  private static Recipe recipe(String id, String timestamp, String signature, Window window) {
    return Recipe.at(new Place.Versioned(signature))
        .base64()
        .signing("{id}.{timestamp}.{body}")
        .id(id)
        .time(timestamp, Stamp.Unit.SECONDS, window);
  }
}
