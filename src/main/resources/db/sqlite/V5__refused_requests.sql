-- Requests to known sources that became no event. The body comes last: lists never read so far.
CREATE TABLE refused_requests (
  id                   TEXT PRIMARY KEY,
  org_id               TEXT NOT NULL,
  env_id               TEXT NOT NULL,
  source_id            TEXT NOT NULL,
  method               TEXT NOT NULL,
  content_type         TEXT,
  source_ip            TEXT,
  payload_size         INTEGER NOT NULL,
  payload_truncated    INTEGER NOT NULL,
  reason               TEXT NOT NULL,
  detail               TEXT,
  response_status      INTEGER NOT NULL,
  received_at          INTEGER NOT NULL,
  replayed_event_id    TEXT,
  replay_claimed_until INTEGER,
  headers              TEXT NOT NULL,
  query_params         TEXT NOT NULL,
  body                 BLOB NOT NULL
);
-- Both hold what a summary needs, so that it never reads the rows.
CREATE UNIQUE INDEX refused_by_environment ON refused_requests (env_id, id, source_id, reason);
CREATE INDEX refused_by_source ON refused_requests (source_id, id, env_id, reason);

-- Tombstones by age, for retention.
CREATE INDEX records_tombstones ON records (updated_at) WHERE deleted = 1;
