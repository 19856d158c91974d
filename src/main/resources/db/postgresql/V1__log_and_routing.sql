-- The log. One row says how far it goes; every append raises it inside its own transaction.
CREATE TABLE log_head (one SMALLINT PRIMARY KEY CHECK (one = 1), position BIGINT NOT NULL);
INSERT INTO log_head (one, position) VALUES (1, 0);

CREATE TABLE events (
  position            BIGINT PRIMARY KEY,
  id                  TEXT COLLATE "C" NOT NULL,
  org_id              TEXT COLLATE "C" NOT NULL,
  env_id              TEXT COLLATE "C" NOT NULL,
  source_id           TEXT COLLATE "C" NOT NULL,
  method              TEXT COLLATE "C" NOT NULL,
  headers             TEXT COLLATE "C" NOT NULL,
  query_params        TEXT COLLATE "C" NOT NULL,
  content_type        TEXT COLLATE "C",
  source_ip           TEXT COLLATE "C",
  body                BYTEA,
  payload_size        BIGINT NOT NULL,
  received_at         BIGINT NOT NULL
);
CREATE UNIQUE INDEX events_by_environment ON events (env_id, id);
CREATE INDEX events_by_source ON events (source_id, id);

-- Bodies too large for the hot rows.
CREATE TABLE event_bodies (position BIGINT PRIMARY KEY, body BYTEA NOT NULL);

CREATE TABLE source_totals (
  source_id     TEXT COLLATE "C" PRIMARY KEY,
  event_count   BIGINT NOT NULL,
  last_event_at BIGINT
);

CREATE TABLE cursors (
  name         TEXT COLLATE "C" PRIMARY KEY,
  position     BIGINT NOT NULL,
  owner        TEXT COLLATE "C",
  owned_until  BIGINT NOT NULL,
  claim_number BIGINT NOT NULL
);

-- Intake.
CREATE TABLE sources (
  id            TEXT COLLATE "C" PRIMARY KEY,
  org_id        TEXT COLLATE "C" NOT NULL,
  env_id        TEXT COLLATE "C" NOT NULL,
  name          TEXT COLLATE "C" NOT NULL,
  slug          TEXT COLLATE "C" NOT NULL,
  description   TEXT COLLATE "C",
  kind          TEXT COLLATE "C" NOT NULL,
  source_config TEXT COLLATE "C",
  status        TEXT COLLATE "C" NOT NULL,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX sources_by_slug ON sources (env_id, slug);

-- Delivery.
CREATE TABLE destinations (
  id                        TEXT COLLATE "C" PRIMARY KEY,
  org_id                    TEXT COLLATE "C" NOT NULL,
  env_id                    TEXT COLLATE "C" NOT NULL,
  name                      TEXT COLLATE "C" NOT NULL,
  slug                      TEXT COLLATE "C" NOT NULL,
  kind                      TEXT COLLATE "C" NOT NULL,
  url                       TEXT COLLATE "C" NOT NULL,
  method                    TEXT COLLATE "C" NOT NULL,
  headers                   TEXT COLLATE "C",
  timeout_ms                BIGINT NOT NULL,
  auth_type                 TEXT COLLATE "C" NOT NULL,
  auth_config               TEXT COLLATE "C",
  provider_config           TEXT COLLATE "C",
  retry_enabled             BIGINT NOT NULL,
  retry_max_attempts        BIGINT NOT NULL,
  retry_backoff_type        TEXT COLLATE "C" NOT NULL,
  retry_intervals           TEXT COLLATE "C" NOT NULL,
  retry_jitter              BIGINT NOT NULL,
  circuit_breaker_enabled   BIGINT NOT NULL,
  circuit_breaker_threshold BIGINT NOT NULL,
  circuit_breaker_reset_ms  BIGINT NOT NULL,
  signing_config            TEXT COLLATE "C",
  status                    TEXT COLLATE "C" NOT NULL,
  max_in_flight             BIGINT NOT NULL,
  event_count               BIGINT NOT NULL,
  last_delivery_at          BIGINT,
  created_at                BIGINT NOT NULL,
  updated_at                BIGINT NOT NULL
);
CREATE UNIQUE INDEX destinations_by_slug ON destinations (env_id, slug);

-- One row for each attempt. The newest row of a delivery stands for the delivery while it is open;
-- due_at says when it may be sent, is moved ahead while a node holds it, and is null while it is
-- held back.
CREATE TABLE attempts (
  seq               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id                TEXT COLLATE "C" NOT NULL,
  org_id            TEXT COLLATE "C" NOT NULL,
  env_id            TEXT COLLATE "C" NOT NULL,
  event_id          TEXT COLLATE "C" NOT NULL,
  event_position    BIGINT NOT NULL,
  connection_id     TEXT COLLATE "C" NOT NULL,
  destination_id    TEXT COLLATE "C" NOT NULL,
  request_url       TEXT COLLATE "C" NOT NULL,
  request_method    TEXT COLLATE "C" NOT NULL,
  request_headers   TEXT COLLATE "C",
  request_body_size BIGINT NOT NULL,
  response_status   BIGINT,
  response_headers  TEXT COLLATE "C",
  response_body     TEXT COLLATE "C",
  duration_ms       BIGINT,
  status            TEXT COLLATE "C" NOT NULL,
  error             TEXT COLLATE "C",
  created_at        BIGINT NOT NULL,
  attempt_number    BIGINT NOT NULL,
  round_start       BIGINT NOT NULL,
  next_retry_at     BIGINT,
  is_dlq            BIGINT NOT NULL,
  dlq_at            BIGINT,
  trigger_type      TEXT COLLATE "C" NOT NULL,
  open              BIGINT NOT NULL,
  due_at            BIGINT,
  claimed_by        TEXT COLLATE "C",
  claim_number      BIGINT NOT NULL
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
  id             TEXT COLLATE "C" PRIMARY KEY,
  org_id         TEXT COLLATE "C" NOT NULL,
  env_id         TEXT COLLATE "C" NOT NULL,
  source_id      TEXT COLLATE "C" NOT NULL,
  destination_id TEXT COLLATE "C" NOT NULL,
  name           TEXT COLLATE "C" NOT NULL,
  description    TEXT COLLATE "C",
  enabled        BIGINT NOT NULL,
  filter_rules   TEXT COLLATE "C",
  status         TEXT COLLATE "C" NOT NULL,
  event_count    BIGINT NOT NULL,
  last_event_at  BIGINT,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL
);
CREATE INDEX connections_by_environment ON connections (env_id, id);
CREATE INDEX connections_by_source ON connections (source_id, id);
CREATE INDEX connections_by_destination ON connections (destination_id, id);

-- Collections.
CREATE TABLE collections (
  id                    TEXT COLLATE "C" PRIMARY KEY,
  org_id                TEXT COLLATE "C" NOT NULL,
  env_id                TEXT COLLATE "C" NOT NULL,
  name                  TEXT COLLATE "C" NOT NULL,
  slug                  TEXT COLLATE "C" NOT NULL,
  source_id             TEXT COLLATE "C" NOT NULL,
  primary_key_path      TEXT COLLATE "C" NOT NULL,
  event_type_field      TEXT COLLATE "C",
  description           TEXT COLLATE "C",
  status                TEXT COLLATE "C" NOT NULL,
  options               TEXT COLLATE "C" NOT NULL,
  content_type          TEXT COLLATE "C",
  start_position        BIGINT NOT NULL,
  catch_up_position     BIGINT,
  record_count          BIGINT NOT NULL,
  tombstone_count       BIGINT NOT NULL,
  applied_count         BIGINT NOT NULL,
  stale_count           BIGINT NOT NULL,
  skipped_count         BIGINT NOT NULL,
  skipped_reasons       TEXT COLLATE "C" NOT NULL,
  time_fallback_count   BIGINT NOT NULL,
  last_sync_at          BIGINT,
  backfill_status       TEXT COLLATE "C",
  backfill_progress     BIGINT,
  backfill_total        BIGINT,
  backfill_cursor       TEXT COLLATE "C",
  backfill_started_at   BIGINT,
  backfill_completed_at BIGINT,
  backfill_error        TEXT COLLATE "C",
  created_at            BIGINT NOT NULL,
  updated_at            BIGINT NOT NULL
);
CREATE UNIQUE INDEX collections_by_slug ON collections (env_id, slug);
CREATE INDEX collections_by_source ON collections (source_id);
CREATE INDEX collections_catching_up ON collections (catch_up_position)
  WHERE catch_up_position IS NOT NULL;

CREATE TABLE records (
  collection_id   TEXT COLLATE "C" NOT NULL,
  record_key      TEXT COLLATE "C" NOT NULL,
  id              TEXT COLLATE "C" NOT NULL,
  org_id          TEXT COLLATE "C" NOT NULL,
  env_id          TEXT COLLATE "C" NOT NULL,
  data            TEXT COLLATE "C" NOT NULL,
  event_type      TEXT COLLATE "C",
  source_event_id TEXT COLLATE "C" NOT NULL,
  source_event_at BIGINT NOT NULL,
  position        BIGINT NOT NULL,
  deleted         BIGINT NOT NULL,
  created_at      BIGINT NOT NULL,
  updated_at      BIGINT NOT NULL,
  PRIMARY KEY (collection_id, record_key)
);
CREATE INDEX records_newest ON records (collection_id, updated_at, id) WHERE deleted = 0;
