-- The records of a collection are those of its generation. A rebuild fills a new generation beside
-- the one that is read; numbers are never used twice.
CREATE TABLE generations (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  collection_id TEXT NOT NULL
);
INSERT INTO generations (collection_id) SELECT id FROM collections ORDER BY id;
CREATE INDEX generations_by_collection ON generations (collection_id);

-- building: the generation of a rebuild under way. change_number: of the newest change of a record.
ALTER TABLE collections ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE collections ADD COLUMN building INTEGER;
ALTER TABLE collections ADD COLUMN change_number INTEGER NOT NULL DEFAULT 0;
UPDATE collections SET generation =
  (SELECT g.id FROM generations g WHERE g.collection_id = collections.id);

-- change_number: when the row last changed, in the collection's own count; changed_at: the time.
CREATE TABLE generation_records (
  number          INTEGER PRIMARY KEY,
  generation      INTEGER NOT NULL,
  record_key      TEXT NOT NULL,
  id              TEXT NOT NULL,
  data            TEXT NOT NULL,
  event_type      TEXT,
  source_event_id TEXT NOT NULL,
  source_event_at INTEGER NOT NULL,
  position        INTEGER NOT NULL,
  deleted         INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  change_number   INTEGER NOT NULL,
  changed_at      INTEGER NOT NULL
);
INSERT INTO generation_records (generation, record_key, id, data, event_type, source_event_id,
  source_event_at, position, deleted, created_at, updated_at, change_number, changed_at)
SELECT c.generation, r.record_key, r.id, r.data, r.event_type, r.source_event_id,
  r.source_event_at, r.position, r.deleted, r.created_at, r.updated_at,
  ROW_NUMBER() OVER (PARTITION BY r.collection_id ORDER BY r.position, r.record_key), r.updated_at
  FROM records r JOIN collections c ON c.id = r.collection_id;
DROP TABLE records;
ALTER TABLE generation_records RENAME TO records;
CREATE UNIQUE INDEX records_by_key ON records (generation, record_key);
CREATE INDEX records_newest ON records (generation, updated_at, id) WHERE deleted = 0;
CREATE INDEX records_changed ON records (generation, change_number);
CREATE INDEX records_tombstones ON records (updated_at) WHERE deleted = 1;
UPDATE collections SET change_number = COALESCE(
  (SELECT MAX(r.change_number) FROM records r WHERE r.generation = collections.generation), 0);

-- Which events reached which record, with what makes their version and whether they delete it.
CREATE TABLE record_events (
  generation      INTEGER NOT NULL,
  record_key      TEXT NOT NULL,
  position        INTEGER NOT NULL,
  source_event_at INTEGER NOT NULL,
  deleted         INTEGER NOT NULL,
  PRIMARY KEY (generation, record_key, position)
) WITHOUT ROWID;
INSERT INTO record_events (generation, record_key, position, source_event_at, deleted)
SELECT generation, record_key, position, source_event_at, deleted FROM records WHERE true
ON CONFLICT DO NOTHING;

-- Events that gave a collection nothing to keep, the newest of each collection.
CREATE TABLE skipped_events (
  collection_id TEXT NOT NULL,
  position      INTEGER NOT NULL,
  event_id      TEXT NOT NULL,
  reason        TEXT NOT NULL,
  detail        TEXT,
  received_at   INTEGER NOT NULL,
  PRIMARY KEY (collection_id, position)
) WITHOUT ROWID;
CREATE INDEX skipped_events_by_reason ON skipped_events (collection_id, reason, position);
CREATE INDEX skipped_events_by_age ON skipped_events (received_at);
