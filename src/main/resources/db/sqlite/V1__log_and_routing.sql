-- The log. One row says how far it goes; every append raises it inside its own transaction.
CREATE TABLE log_head (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL);
INSERT INTO log_head (one, position) VALUES (1, 0);

CREATE TABLE events (
  position            INTEGER PRIMARY KEY,
  id                  TEXT NOT NULL,
  org_id              TEXT NOT NULL,
  env_id              TEXT NOT NULL,
  source_id           TEXT NOT NULL,
  method              TEXT NOT NULL,
  headers             TEXT NOT NULL,
  query_params        TEXT NOT NULL,
  content_type        TEXT,
  source_ip           TEXT,
  body                BLOB,
  payload_size        INTEGER NOT NULL,
  received_at         INTEGER NOT NULL
);
CREATE UNIQUE INDEX events_by_environment ON events (env_id, id);
CREATE INDEX events_by_source ON events (source_id, id);

-- Bodies too large for the hot rows.
CREATE TABLE event_bodies (position INTEGER PRIMARY KEY, body BLOB NOT NULL);

CREATE TABLE source_totals (
  source_id     TEXT PRIMARY KEY,
  event_count   INTEGER NOT NULL,
  last_event_at INTEGER
) WITHOUT ROWID;

CREATE TABLE cursors (
  name         TEXT PRIMARY KEY,
  position     INTEGER NOT NULL,
  owner        TEXT,
  owned_until  INTEGER NOT NULL,
  claim_number INTEGER NOT NULL
) WITHOUT ROWID;

-- Intake.
CREATE TABLE sources (
  id            TEXT PRIMARY KEY,
  org_id        TEXT NOT NULL,
  env_id        TEXT NOT NULL,
  name          TEXT NOT NULL,
  slug          TEXT NOT NULL,
  description   TEXT,
  kind          TEXT NOT NULL,
  source_config TEXT,
  status        TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX sources_by_slug ON sources (env_id, slug);

-- Delivery.
CREATE TABLE destinations (
  id                        TEXT PRIMARY KEY,
  org_id                    TEXT NOT NULL,
  env_id                    TEXT NOT NULL,
  name                      TEXT NOT NULL,
  slug                      TEXT NOT NULL,
  kind                      TEXT NOT NULL,
  url                       TEXT NOT NULL,
  method                    TEXT NOT NULL,
  headers                   TEXT,
  timeout_ms                INTEGER NOT NULL,
  auth_type                 TEXT NOT NULL,
  auth_config               TEXT,
  provider_config           TEXT,
  retry_enabled             INTEGER NOT NULL,
  retry_max_attempts        INTEGER NOT NULL,
  retry_backoff_type        TEXT NOT NULL,
  retry_intervals           TEXT NOT NULL,
  retry_jitter              INTEGER NOT NULL,
  circuit_breaker_enabled   INTEGER NOT NULL,
  circuit_breaker_threshold INTEGER NOT NULL,
  circuit_breaker_reset_ms  INTEGER NOT NULL,
  signing_config            TEXT,
  status                    TEXT NOT NULL,
  max_in_flight             INTEGER NOT NULL,
  event_count               INTEGER NOT NULL,
  last_delivery_at          INTEGER,
  created_at                INTEGER NOT NULL,
  updated_at                INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX destinations_by_slug ON destinations (env_id, slug);

-- One row for each attempt. The newest row of a delivery stands for the delivery while it is open;
-- due_at says when it may be sent, is moved ahead while a node holds it, and is null while it is
-- held back.
CREATE TABLE attempts (
  seq               INTEGER PRIMARY KEY,
  id                TEXT NOT NULL,
  org_id            TEXT NOT NULL,
  env_id            TEXT NOT NULL,
  event_id          TEXT NOT NULL,
  event_position    INTEGER NOT NULL,
  connection_id     TEXT NOT NULL,
  destination_id    TEXT NOT NULL,
  request_url       TEXT NOT NULL,
  request_method    TEXT NOT NULL,
  request_headers   TEXT,
  request_body_size INTEGER NOT NULL,
  response_status   INTEGER,
  response_headers  TEXT,
  response_body     TEXT,
  duration_ms       INTEGER,
  status            TEXT NOT NULL,
  error             TEXT,
  created_at        INTEGER NOT NULL,
  attempt_number    INTEGER NOT NULL,
  round_start       INTEGER NOT NULL,
  next_retry_at     INTEGER,
  is_dlq            INTEGER NOT NULL,
  dlq_at            INTEGER,
  trigger_type      TEXT NOT NULL,
  open              INTEGER NOT NULL,
  due_at            INTEGER,
  claimed_by        TEXT,
  claim_number      INTEGER NOT NULL
);
CREATE UNIQUE INDEX attempts_by_environment ON attempts (env_id, id);
CREATE INDEX attempts_by_event ON attempts (event_id);
CREATE INDEX attempts_by_destination ON attempts (destination_id, id);
CREATE INDEX attempts_due ON attempts (due_at, seq) WHERE open = 1;
CREATE INDEX attempts_open ON attempts (destination_id, connection_id) WHERE open = 1;
CREATE INDEX attempts_dead ON attempts (env_id, event_id) WHERE is_dlq = 1;
CREATE INDEX attempts_cut_off ON attempts (env_id, event_id)
  WHERE status = 'failed' AND open = 0 AND next_retry_at IS NULL AND dlq_at IS NULL;

-- Routing.
CREATE TABLE connections (
  id             TEXT PRIMARY KEY,
  org_id         TEXT NOT NULL,
  env_id         TEXT NOT NULL,
  source_id      TEXT NOT NULL,
  destination_id TEXT NOT NULL,
  name           TEXT NOT NULL,
  description    TEXT,
  enabled        INTEGER NOT NULL,
  filter_rules   TEXT,
  status         TEXT NOT NULL,
  event_count    INTEGER NOT NULL,
  last_event_at  INTEGER,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX connections_by_environment ON connections (env_id, id);
CREATE INDEX connections_by_source ON connections (source_id, id);
CREATE INDEX connections_by_destination ON connections (destination_id, id);

-- Collections.
CREATE TABLE collections (
  id                    TEXT PRIMARY KEY,
  org_id                TEXT NOT NULL,
  env_id                TEXT NOT NULL,
  name                  TEXT NOT NULL,
  slug                  TEXT NOT NULL,
  source_id             TEXT NOT NULL,
  primary_key_path      TEXT NOT NULL,
  event_type_field      TEXT,
  description           TEXT,
  status                TEXT NOT NULL,
  options               TEXT NOT NULL,
  content_type          TEXT,
  start_position        INTEGER NOT NULL,
  catch_up_position     INTEGER,
  record_count          INTEGER NOT NULL,
  tombstone_count       INTEGER NOT NULL,
  applied_count         INTEGER NOT NULL,
  stale_count           INTEGER NOT NULL,
  skipped_count         INTEGER NOT NULL,
  skipped_reasons       TEXT NOT NULL,
  time_fallback_count   INTEGER NOT NULL,
  last_sync_at          INTEGER,
  backfill_status       TEXT,
  backfill_progress     INTEGER,
  backfill_total        INTEGER,
  backfill_cursor       TEXT,
  backfill_started_at   INTEGER,
  backfill_completed_at INTEGER,
  backfill_error        TEXT,
  created_at            INTEGER NOT NULL,
  updated_at            INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX collections_by_slug ON collections (env_id, slug);
CREATE INDEX collections_by_source ON collections (source_id);
CREATE INDEX collections_catching_up ON collections (catch_up_position)
  WHERE catch_up_position IS NOT NULL;

CREATE TABLE records (
  collection_id   TEXT NOT NULL,
  record_key      TEXT NOT NULL,
  id              TEXT NOT NULL,
  org_id          TEXT NOT NULL,
  env_id          TEXT NOT NULL,
  data            TEXT NOT NULL,
  event_type      TEXT,
  source_event_id TEXT NOT NULL,
  source_event_at INTEGER NOT NULL,
  position        INTEGER NOT NULL,
  deleted         INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  PRIMARY KEY (collection_id, record_key)
);
CREATE INDEX records_newest ON records (collection_id, updated_at, id) WHERE deleted = 0;
