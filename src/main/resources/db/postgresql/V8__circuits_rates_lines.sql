-- Circuit breakers, rate limits and delivery in order.
ALTER TABLE destinations ADD COLUMN rate_limit_per_second BIGINT;
ALTER TABLE destinations ADD COLUMN ordered BIGINT NOT NULL DEFAULT 0;
ALTER TABLE destinations ADD COLUMN order_key_path TEXT COLLATE "C";
-- Failures in a row. It stands beside the totals because every success writes those anyway.
ALTER TABLE destinations ADD COLUMN failure_count BIGINT NOT NULL DEFAULT 0;

-- Of destinations whose circuit has ever opened. probe_id is the attempt that tries the receiver
-- while the circuit is half-open.
CREATE TABLE circuits (
  destination_id     TEXT COLLATE "C" PRIMARY KEY,
  state              TEXT COLLATE "C" NOT NULL,
  last_transition_at BIGINT NOT NULL,
  next_probe_at      BIGINT,
  probe_id           TEXT COLLATE "C"
);

-- Up to when the send times of a limited destination are given away, in microseconds since 1970.
CREATE TABLE send_times (
  destination_id TEXT COLLATE "C" PRIMARY KEY,
  taken_until    BIGINT NOT NULL
);

-- line: deliveries of one line run one after another in the order of receipt; null runs freely.
-- Of the open rows of a line at most one has a due_at.
ALTER TABLE attempts ADD COLUMN line TEXT COLLATE "C";
-- Since when an open circuit holds the row; null when nothing or something else holds it.
ALTER TABLE attempts ADD COLUMN waiting_since BIGINT;

CREATE INDEX attempts_held ON attempts (destination_id, event_position, seq)
  WHERE open = 1 AND due_at IS NULL;
CREATE INDEX attempts_in_line ON attempts (destination_id, line, event_position, seq)
  WHERE open = 1 AND line IS NOT NULL AND due_at IS NULL;
CREATE INDEX attempts_at_head ON attempts (destination_id, line)
  WHERE open = 1 AND line IS NOT NULL AND due_at IS NOT NULL;

-- First attempts and retries are claimed apart, so that neither is looked for among the other, and
-- those of a destination that takes no more are passed over without reading their rows.
DROP INDEX attempts_due;
CREATE INDEX attempts_due ON attempts (due_at, seq, destination_id)
  WHERE open = 1 AND status = 'pending';
CREATE INDEX attempts_retry_due ON attempts (due_at, seq, destination_id)
  WHERE open = 1 AND status = 'failed';
