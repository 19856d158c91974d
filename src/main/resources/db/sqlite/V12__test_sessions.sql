-- Sources that live for a while only, and how many requests they took.
CREATE TABLE source_terms (
  source_id     TEXT PRIMARY KEY,
  expires_at    INTEGER NOT NULL,
  request_limit INTEGER NOT NULL,
  request_count INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX source_terms_expired ON source_terms (expires_at);

-- What came of the last request of a test session that was forwarded.
CREATE TABLE test_forwards (
  session_id  TEXT PRIMARY KEY,
  last_status INTEGER,
  last_error  TEXT
) WITHOUT ROWID;

-- What people wrote beside the events of test sessions.
CREATE TABLE test_notes (
  session_id TEXT NOT NULL,
  event_id   TEXT NOT NULL,
  note       TEXT NOT NULL,
  PRIMARY KEY (session_id, event_id)
) WITHOUT ROWID;
