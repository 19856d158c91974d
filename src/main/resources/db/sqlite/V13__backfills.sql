-- A backfill reads the source's events up to backfill_end, an id; null when a run cannot go on where
-- it ended. A node holds the run for a while, and the claim number rises with each node that takes
-- it and with each change of the collection.
ALTER TABLE collections ADD COLUMN backfill_end TEXT;
ALTER TABLE collections ADD COLUMN backfill_owner TEXT;
ALTER TABLE collections ADD COLUMN backfill_owned_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE collections ADD COLUMN backfill_claim INTEGER NOT NULL DEFAULT 0;
CREATE INDEX collections_backfilling ON collections (id)
  WHERE backfill_status IN ('pending', 'running');

-- How far a rebuild is, with the counts that its generation brings along. position: events of the
-- log up to here are in it once it is folded. compared_key: keys up to here have been compared with
-- the records that are read. told: changes of these up to here have been compared. first_change:
-- changes that readers must be told have this number or a greater one.
CREATE TABLE rebuilds (
  generation          INTEGER PRIMARY KEY,
  collection_id       TEXT NOT NULL,
  phase               TEXT NOT NULL,
  position            INTEGER NOT NULL,
  compared_key        TEXT NOT NULL,
  told                INTEGER NOT NULL,
  first_change        INTEGER NOT NULL,
  change_number       INTEGER NOT NULL,
  record_count        INTEGER NOT NULL,
  tombstone_count     INTEGER NOT NULL,
  applied_count       INTEGER NOT NULL,
  stale_count         INTEGER NOT NULL,
  skipped_count       INTEGER NOT NULL,
  skipped_reasons     TEXT NOT NULL,
  time_fallback_count INTEGER NOT NULL,
  last_sync_at        INTEGER
);

-- Generations that nobody reads or builds any more, until their records are gone.
ALTER TABLE generations ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
CREATE INDEX generations_dropped ON generations (id) WHERE dropped = 1;
