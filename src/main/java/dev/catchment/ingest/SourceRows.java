package dev.catchment.ingest;

import dev.catchment.base.Scope;
import dev.catchment.base.Secret;
import dev.catchment.db.Row;
import dev.catchment.json.Json;
import dev.catchment.vault.SealedColumn;
import dev.catchment.vault.Vault;
import dev.catchment.verify.VerificationFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A source as the columns of its row and back, what may hold a secret sealed in the row alone. */
final class SourceRows {
  private static final SealedColumn SECRET = new SealedColumn("sources", "verification_secret");
  private static final SealedColumn CONFIG = new SealedColumn("sources", "verification_config");
  private static final SealedColumn SOURCE_CONFIG = new SealedColumn("sources", "source_config");

  /** The columns that hold sealed texts. */
  static final List<SealedColumn> SEALED = List.of(SECRET, CONFIG, SOURCE_CONFIG);

  /** Sources with their totals and terms; the columns of a source are named after {@code s}. */
  static final String SELECT =
      """
      SELECT s.*, COALESCE(t.event_count, 0) AS event_count, t.last_event_at, m.expires_at,
             m.request_limit
        FROM sources s
        LEFT JOIN source_totals t ON t.source_id = s.id
        LEFT JOIN source_terms m ON m.source_id = s.id
      """;

  private final Vault vault;

  SourceRows(Vault vault) {
    this.vault = vault;
  }

  /** The values of what may change, in the order in which the statements name the columns. */
  List<@Nullable Object> changeable(Source.Draft source) {
    SourceRules rules = source.rules();
    VerificationFields fields = rules.verifying().fields();
    List<@Nullable Object> values = new ArrayList<>();
    values.add(source.name());
    values.add(source.description());
    values.add(sealedConfig(source.id(), source.config()));
    values.add(source.status().word());
    values.add(rules.verifying().enabled());
    values.add(fields.type());
    values.add(sealedSecret(source.id(), fields.secret()));
    values.add(fields.header());
    values.add(sealed(text(fields.config()), CONFIG, source.id()));
    values.add(rules.dedup().enabled());
    values.add(rules.dedup().strategy());
    values.add(rules.dedup().field());
    values.add(rules.dedup().windowSeconds());
    values.add(text(rules.addresses().allow()));
    values.add(text(rules.addresses().deny()));
    values.add(rules.body().enabled());
    values.add(text(rules.body().schema()));
    values.add(rules.body().action());
    return values;
  }

  /** The config of the source of that id as its row holds it. */
  @Nullable String sealedConfig(String id, Json.@Nullable Obj config) {
    return sealed(text(config), SOURCE_CONFIG, id);
  }

  /** The secret of the source of that id as its row holds it. */
  @Nullable String sealedSecret(String id, @Nullable Secret secret) {
    return sealed(secret == null ? null : secret.reveal(), SECRET, id);
  }

  /** The source of a row of {@link #SELECT}. */
  Source read(Row row) {
    return new Source(
        row.string("id"),
        new Scope(row.string("org_id"), row.string("env_id")),
        row.string("name"),
        row.string("slug"),
        row.find("description"),
        row.string("kind"),
        object(opened(row, SOURCE_CONFIG)),
        rules(row),
        Source.Status.valueOf(row.string("status").toUpperCase(Locale.ROOT)),
        new Source.Totals(row.number("event_count"), row.findNumber("last_event_at")),
        row.number("created_at"),
        row.number("updated_at"),
        term(row));
  }

  private static Source.@Nullable Term term(Row row) {
    Long expiresAt = row.findNumber("expires_at");
    return expiresAt == null ? null : new Source.Term(expiresAt, row.integer("request_limit"));
  }

  private SourceRules rules(Row row) {
    String secret = opened(row, SECRET);
    return new SourceRules(
        row.find("template"),
        new SourceRules.Verifying(
            row.flag("verification_enabled"),
            new VerificationFields(
                row.find("verification_type"),
                secret == null ? null : new Secret(secret),
                row.find("verification_header"),
                object(opened(row, CONFIG)))),
        new SourceRules.Dedup(
            row.flag("dedup_enabled"),
            row.find("dedup_strategy"),
            row.find("dedup_field"),
            row.integer("dedup_window_seconds")),
        new SourceRules.Addresses(array(row.find("ip_allowlist")), array(row.find("ip_denylist"))),
        new SourceRules.BodyRule(
            row.flag("schema_validation_enabled"),
            object(row.find("json_schema")),
            row.find("schema_action")));
  }

  private static @Nullable String text(@Nullable Json value) {
    return value == null ? null : value.text();
  }

  private static Json.@Nullable Obj object(@Nullable String text) {
    return text == null ? null : (Json.Obj) Json.read(text);
  }

  private static Json.@Nullable Arr array(@Nullable String text) {
    return text == null ? null : (Json.Arr) Json.read(text);
  }

  private @Nullable String sealed(@Nullable String text, SealedColumn column, String id) {
    return text == null ? null : vault.seal(text, column, id);
  }

  private @Nullable String opened(Row row, SealedColumn column) {
    String text = row.find(column.column());
    return text == null ? null : vault.open(text, column, row.string(column.key()));
  }
}
