-- Requests to known sources that became no event. The body comes last: lists never read so far.
CREATE TABLE refused_requests (
  id                   TEXT COLLATE "C" PRIMARY KEY,
  org_id               TEXT COLLATE "C" NOT NULL,
  env_id               TEXT COLLATE "C" NOT NULL,
  source_id            TEXT COLLATE "C" NOT NULL,
  method               TEXT COLLATE "C" NOT NULL,
  content_type         TEXT COLLATE "C",
  source_ip            TEXT COLLATE "C",
  payload_size         BIGINT NOT NULL,
  payload_truncated    BIGINT NOT NULL,
  reason               TEXT COLLATE "C" NOT NULL,
  detail               TEXT COLLATE "C",
  response_status      BIGINT NOT NULL,
  received_at          BIGINT NOT NULL,
  replayed_event_id    TEXT COLLATE "C",
  replay_claimed_until BIGINT,
  headers              TEXT COLLATE "C" NOT NULL,
  query_params         TEXT COLLATE "C" NOT NULL,
  body                 BYTEA NOT NULL
);
-- Both hold what a summary needs, so that it never reads the rows.
CREATE UNIQUE INDEX refused_by_environment ON refused_requests (env_id, id, source_id, reason);
CREATE INDEX refused_by_source ON refused_requests (source_id, id, env_id, reason);

-- Tombstones by age, for retention.
CREATE INDEX records_tombstones ON records (updated_at) WHERE deleted = 1;
