-- A delivery that a replay asked for. retries = 0: it is given up after one failure and is no dead
-- letter. aside = 1: its event had deliveries before, whose state alone is that of the event.
ALTER TABLE attempts ADD COLUMN replay_id TEXT COLLATE "C";
ALTER TABLE attempts ADD COLUMN retries BIGINT NOT NULL DEFAULT 1;
ALTER TABLE attempts ADD COLUMN aside BIGINT NOT NULL DEFAULT 0;
-- The issue that a dead letter was counted for.
ALTER TABLE attempts ADD COLUMN issue_id TEXT COLLATE "C";
CREATE INDEX attempts_by_replay ON attempts (replay_id, status, open, next_retry_at)
  WHERE replay_id IS NOT NULL;
CREATE INDEX attempts_by_issue ON attempts (issue_id, id) WHERE issue_id IS NOT NULL;
CREATE INDEX attempts_dead_letters ON attempts (env_id, id) WHERE is_dlq = 1;
CREATE INDEX attempts_failed ON attempts (destination_id, id) WHERE status = 'failed';

-- One row for each destination and kind of trouble. opened_at is when it last opened or reopened;
-- it resolves by itself so long after quiet_since.
CREATE TABLE issues (
  id               TEXT COLLATE "C" PRIMARY KEY,
  org_id           TEXT COLLATE "C" NOT NULL,
  env_id           TEXT COLLATE "C" NOT NULL,
  destination_id   TEXT COLLATE "C" NOT NULL,
  kind             TEXT COLLATE "C" NOT NULL,
  title            TEXT COLLATE "C" NOT NULL,
  status           TEXT COLLATE "C" NOT NULL,
  snoozed_until    BIGINT,
  occurrence_count BIGINT NOT NULL,
  first_seen_at    BIGINT NOT NULL,
  last_seen_at     BIGINT NOT NULL,
  opened_at        BIGINT NOT NULL,
  quiet_since      BIGINT NOT NULL,
  resolved_at      BIGINT,
  last_attempt_id  TEXT COLLATE "C",
  last_event_id    TEXT COLLATE "C",
  last_error       TEXT COLLATE "C",
  last_status_code BIGINT,
  created_at       BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL
);
CREATE UNIQUE INDEX issues_by_fingerprint ON issues (destination_id, kind);
CREATE INDEX issues_by_environment ON issues (env_id, last_seen_at, id);
CREATE INDEX issues_unresolved ON issues (quiet_since) WHERE status <> 'resolved';
CREATE INDEX issues_resolved ON issues (resolved_at) WHERE status = 'resolved';

-- Replays and retries of many: what is asked for, how far it is, and which node works on it.
CREATE TABLE jobs (
  id            TEXT COLLATE "C" PRIMARY KEY,
  org_id        TEXT COLLATE "C" NOT NULL,
  env_id        TEXT COLLATE "C" NOT NULL,
  kind          TEXT COLLATE "C" NOT NULL,
  spec          TEXT COLLATE "C" NOT NULL,
  rate_limit    BIGINT NOT NULL,
  status        TEXT COLLATE "C" NOT NULL,
  total         BIGINT,
  processed     BIGINT NOT NULL,
  started       BIGINT NOT NULL,
  skipped       BIGINT NOT NULL,
  error         TEXT COLLATE "C",
  reached       TEXT COLLATE "C" NOT NULL,
  due_at        BIGINT NOT NULL,
  claimed_by    TEXT COLLATE "C",
  claimed_until BIGINT NOT NULL,
  claim_number  BIGINT NOT NULL,
  created_at    BIGINT NOT NULL,
  started_at    BIGINT,
  completed_at  BIGINT
);
CREATE INDEX jobs_by_environment ON jobs (env_id, kind, id);
CREATE INDEX jobs_unfinished ON jobs (due_at) WHERE completed_at IS NULL;
CREATE INDEX jobs_ended ON jobs (completed_at) WHERE completed_at IS NOT NULL;
