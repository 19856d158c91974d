-- A backfill reads the source's events up to backfill_end, an id; null when a run cannot go on where
-- it ended. A node holds the run for a while, and the claim number rises with each node that takes
-- it and with each change of the collection.
ALTER TABLE collections ADD COLUMN backfill_end TEXT COLLATE "C";
ALTER TABLE collections ADD COLUMN backfill_owner TEXT COLLATE "C";
ALTER TABLE collections ADD COLUMN backfill_owned_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE collections ADD COLUMN backfill_claim BIGINT NOT NULL DEFAULT 0;
CREATE INDEX collections_backfilling ON collections (id)
  WHERE backfill_status IN ('pending', 'running');

-- How far a rebuild is, with the counts that its generation brings along. position: events of the
-- log up to here are in it once it is folded. compared_key: keys up to here have been compared with
-- the records that are read. told: changes of these up to here have been compared. first_change:
-- changes that readers must be told have this number or a greater one.
CREATE TABLE rebuilds (
  generation          BIGINT PRIMARY KEY,
  collection_id       TEXT COLLATE "C" NOT NULL,
  phase               TEXT COLLATE "C" NOT NULL,
  position            BIGINT NOT NULL,
  compared_key        TEXT COLLATE "C" NOT NULL,
  told                BIGINT NOT NULL,
  first_change        BIGINT NOT NULL,
  change_number       BIGINT NOT NULL,
  record_count        BIGINT NOT NULL,
  tombstone_count     BIGINT NOT NULL,
  applied_count       BIGINT NOT NULL,
  stale_count         BIGINT NOT NULL,
  skipped_count       BIGINT NOT NULL,
  skipped_reasons     TEXT COLLATE "C" NOT NULL,
  time_fallback_count BIGINT NOT NULL,
  last_sync_at        BIGINT
);

-- Generations that nobody reads or builds any more, until their records are gone.
ALTER TABLE generations ADD COLUMN dropped SMALLINT NOT NULL DEFAULT 0;
CREATE INDEX generations_dropped ON generations (id) WHERE dropped = 1;
