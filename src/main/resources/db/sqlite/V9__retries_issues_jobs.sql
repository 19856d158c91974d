-- A delivery that a replay asked for. retries = 0: it is given up after one failure and is no dead
-- letter. aside = 1: its event had deliveries before, whose state alone is that of the event.
ALTER TABLE attempts ADD COLUMN replay_id TEXT;
ALTER TABLE attempts ADD COLUMN retries INTEGER NOT NULL DEFAULT 1;
ALTER TABLE attempts ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
-- The issue that a dead letter was counted for.
ALTER TABLE attempts ADD COLUMN issue_id TEXT;
CREATE INDEX attempts_by_replay ON attempts (replay_id, status, open, next_retry_at)
  WHERE replay_id IS NOT NULL;
CREATE INDEX attempts_by_issue ON attempts (issue_id, id) WHERE issue_id IS NOT NULL;
CREATE INDEX attempts_dead_letters ON attempts (env_id, id) WHERE is_dlq = 1;
CREATE INDEX attempts_failed ON attempts (destination_id, id) WHERE status = 'failed';

-- One row for each destination and kind of trouble. opened_at is when it last opened or reopened;
-- it resolves by itself so long after quiet_since.
CREATE TABLE issues (
  id               TEXT PRIMARY KEY,
  org_id           TEXT NOT NULL,
  env_id           TEXT NOT NULL,
  destination_id   TEXT NOT NULL,
  kind             TEXT NOT NULL,
  title            TEXT NOT NULL,
  status           TEXT NOT NULL,
  snoozed_until    INTEGER,
  occurrence_count INTEGER NOT NULL,
  first_seen_at    INTEGER NOT NULL,
  last_seen_at     INTEGER NOT NULL,
  opened_at        INTEGER NOT NULL,
  quiet_since      INTEGER NOT NULL,
  resolved_at      INTEGER,
  last_attempt_id  TEXT,
  last_event_id    TEXT,
  last_error       TEXT,
  last_status_code INTEGER,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX issues_by_fingerprint ON issues (destination_id, kind);
CREATE INDEX issues_by_environment ON issues (env_id, last_seen_at, id);
CREATE INDEX issues_unresolved ON issues (quiet_since) WHERE status <> 'resolved';
CREATE INDEX issues_resolved ON issues (resolved_at) WHERE status = 'resolved';

-- Replays and retries of many: what is asked for, how far it is, and which node works on it.
CREATE TABLE jobs (
  id            TEXT PRIMARY KEY,
  org_id        TEXT NOT NULL,
  env_id        TEXT NOT NULL,
  kind          TEXT NOT NULL,
  spec          TEXT NOT NULL,
  rate_limit    INTEGER NOT NULL,
  status        TEXT NOT NULL,
  total         INTEGER,
  processed     INTEGER NOT NULL,
  started       INTEGER NOT NULL,
  skipped       INTEGER NOT NULL,
  error         TEXT,
  reached       TEXT NOT NULL,
  due_at        INTEGER NOT NULL,
  claimed_by    TEXT,
  claimed_until INTEGER NOT NULL,
  claim_number  INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  started_at    INTEGER,
  completed_at  INTEGER
) WITHOUT ROWID;
CREATE INDEX jobs_by_environment ON jobs (env_id, kind, id);
CREATE INDEX jobs_unfinished ON jobs (due_at) WHERE completed_at IS NULL;
CREATE INDEX jobs_ended ON jobs (completed_at) WHERE completed_at IS NOT NULL;
