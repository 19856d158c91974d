-- Sources that live for a while only, and how many requests they took.
CREATE TABLE source_terms (
  source_id     TEXT COLLATE "C" PRIMARY KEY,
  expires_at    BIGINT NOT NULL,
  request_limit BIGINT NOT NULL,
  request_count BIGINT NOT NULL
);
CREATE INDEX source_terms_expired ON source_terms (expires_at);

-- What came of the last request of a test session that was forwarded.
CREATE TABLE test_forwards (
  session_id  TEXT COLLATE "C" PRIMARY KEY,
  last_status BIGINT,
  last_error  TEXT
);

-- What people wrote beside the events of test sessions.
CREATE TABLE test_notes (
  session_id TEXT COLLATE "C" NOT NULL,
  event_id   TEXT COLLATE "C" NOT NULL,
  note       TEXT NOT NULL,
  PRIMARY KEY (session_id, event_id)
);
