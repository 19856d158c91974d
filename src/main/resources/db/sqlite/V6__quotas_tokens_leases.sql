-- Accepted events of the organization in the latest month of the source: 12 times the year, and
-- the month from 0. Duplicates are not counted.
ALTER TABLE source_totals ADD COLUMN org_id TEXT;
ALTER TABLE source_totals ADD COLUMN month INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source_totals ADD COLUMN month_count INTEGER NOT NULL DEFAULT 0;
UPDATE source_totals
   SET org_id = (SELECT s.org_id FROM sources s WHERE s.id = source_totals.source_id);
CREATE INDEX source_totals_by_organization ON source_totals (org_id);

-- Tokens that senders may use once, by their hash, and the event that one was used for.
CREATE TABLE used_tokens (
  source_id  TEXT NOT NULL,
  hash       TEXT NOT NULL,
  event_id   TEXT NOT NULL,
  claimed_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used       INTEGER NOT NULL,
  PRIMARY KEY (source_id, hash)
) WITHOUT ROWID;
CREATE INDEX used_tokens_expired ON used_tokens (expires_at);

-- What the hub of a WebSub source last said of its subscription.
CREATE TABLE hub_subscriptions (
  source_id     TEXT PRIMARY KEY,
  state         TEXT NOT NULL,
  lease_seconds INTEGER,
  reason        TEXT,
  said_at       INTEGER NOT NULL
) WITHOUT ROWID;
