package dev.catchment.delivery;

import dev.catchment.base.Scope;
import dev.catchment.db.Row;
import dev.catchment.json.Json;
import dev.catchment.observe.Log;
import dev.catchment.vault.CannotOpen;
import dev.catchment.vault.SealedColumn;
import dev.catchment.vault.Vault;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A destination as the columns of its row and back, its secrets sealed in the row alone. */
final class DestinationRows {
  private static final SealedColumn HEADERS = new SealedColumn("destinations", "headers");
  private static final SealedColumn AUTH = new SealedColumn("destinations", "auth_config");
  private static final SealedColumn PROVIDER = new SealedColumn("destinations", "provider_config");
  private static final SealedColumn SIGNING = new SealedColumn("destinations", "signing_config");

  /** The columns that hold sealed texts. */
  static final List<SealedColumn> SEALED = List.of(HEADERS, AUTH, PROVIDER, SIGNING);

  private static final Log LOG = Log.of("delivery.destinations");

  private final Vault vault;

  DestinationRows(Vault vault) {
    this.vault = vault;
  }

  /**
   * The values of what may change, in the order in which the statements name the columns.
   *
   * @param kept the stored texts of sealed columns that this server cannot read
   */
  List<@Nullable Object> changeable(Destination destination, Map<String, String> kept) {
    Destination.Target target = destination.target();
    RetrySpec retry = destination.retry();
    List<@Nullable Object> values = new ArrayList<>();
    values.add(destination.identity().name());
    values.add(target.url());
    values.add(target.method());
    values.add(sealed(target.headers(), HEADERS, destination, kept));
    values.add(target.timeoutMillis());
    values.add(target.authType());
    values.add(sealed(target.authConfig(), AUTH, destination, kept));
    values.add(sealed(target.providerConfig(), PROVIDER, destination, kept));
    values.add(sealed(target.signingConfig(), SIGNING, destination, kept));
    values.add(retry.enabled());
    values.add(retry.attemptsMax());
    values.add(retry.backoff().word());
    values.add(Json.array(retry.intervalsSeconds().stream().map(Json::of).toList()).text());
    values.add(retry.jitter());
    values.add(destination.breaker().enabled());
    values.add(destination.breaker().threshold());
    values.add(destination.breaker().resetMillis());
    values.add(destination.status().word());
    values.add(destination.pace().maxInFlight());
    values.add(destination.pace().ratePerSecond());
    values.add(destination.pace().ordered());
    values.add(destination.pace().orderKeyPath());
    return values;
  }

  Destination row(Row row) {
    Set<String> unreadable = new TreeSet<>();
    return new Destination(
        new Destination.Identity(
            row.string("id"),
            new Scope(row.string("org_id"), row.string("env_id")),
            row.string("name"),
            row.string("slug"),
            row.number("created_at"),
            row.number("updated_at")),
        new Destination.Target(
            row.string("kind"),
            row.string("url"),
            row.string("method"),
            opened(row, HEADERS, unreadable),
            row.integer("timeout_ms"),
            row.string("auth_type"),
            opened(row, AUTH, unreadable),
            opened(row, PROVIDER, unreadable),
            opened(row, SIGNING, unreadable)),
        retry(row),
        new Destination.Breaker(
            row.flag("circuit_breaker_enabled"),
            row.integer("circuit_breaker_threshold"),
            row.integer("circuit_breaker_reset_ms"),
            row.flag("circuit_open")),
        Destination.Status.valueOf(row.string("status").toUpperCase(Locale.ROOT)),
        pace(row),
        new Destination.Totals(row.number("event_count"), row.findNumber("last_delivery_at")),
        unreadable);
  }

  static Destination.Pace pace(Row row) {
    Long rate = row.findNumber("rate_limit_per_second");
    return new Destination.Pace(
        row.integer("max_in_flight"),
        rate == null ? null : (Integer) rate.intValue(),
        row.flag("ordered"),
        row.find("order_key_path"));
  }

  private static RetrySpec retry(Row row) {
    List<Integer> intervals = new ArrayList<>();
    for (Json seconds : ((Json.Arr) Json.read(row.string("retry_intervals"))).items()) {
      intervals.add(((Json.Num) seconds).value().intValueExact());
    }
    return new RetrySpec(
        row.flag("retry_enabled"),
        row.integer("retry_max_attempts"),
        RetrySpec.Backoff.valueOf(row.string("retry_backoff_type").toUpperCase(Locale.ROOT)),
        intervals,
        row.flag("retry_jitter"));
  }

  private @Nullable String sealed(
      Json.@Nullable Obj value,
      SealedColumn column,
      Destination destination,
      Map<String, String> kept) {
    return value == null
        ? kept.get(column.column())
        : vault.seal(value.text(), column, destination.id());
  }

  /**
   * Text in the clear is of a store from before there were seals; the next start seals it. A text
   * that does not open is told, and must not keep anybody from reading the other rows.
   */
  private Json.@Nullable Obj opened(Row row, SealedColumn column, Set<String> unreadable) {
    String text = row.find(column.column());
    if (text == null) {
      return null;
    }
    if (text.startsWith("{")) {
      return (Json.Obj) Json.read(text);
    }
    try {
      return (Json.Obj) Json.read(vault.open(text, column, row.string(column.key())));
    } catch (CannotOpen e) {
      LOG.warn("destination.unreadable", "reason", e.getMessage());
      unreadable.add(column.column());
      return null;
    }
  }
}
