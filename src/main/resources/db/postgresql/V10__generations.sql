-- The records of a collection are those of its generation. A rebuild fills a new generation beside
-- the one that is read; numbers are never used twice.
CREATE TABLE generations (
  id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  collection_id TEXT COLLATE "C" NOT NULL
);
INSERT INTO generations (collection_id) SELECT id FROM collections ORDER BY id;
CREATE INDEX generations_by_collection ON generations (collection_id);

-- building: the generation of a rebuild under way. change_number: of the newest change of a record.
ALTER TABLE collections ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE collections ADD COLUMN building BIGINT;
ALTER TABLE collections ADD COLUMN change_number BIGINT NOT NULL DEFAULT 0;
UPDATE collections SET generation =
  (SELECT g.id FROM generations g WHERE g.collection_id = collections.id);

-- change_number: when the row last changed, in the collection's own count; changed_at: the time.
CREATE TABLE generation_records (
  generation      BIGINT NOT NULL,
  record_key      TEXT COLLATE "C" NOT NULL,
  id              TEXT COLLATE "C" NOT NULL,
  data            TEXT COLLATE "C" NOT NULL,
  event_type      TEXT COLLATE "C",
  source_event_id TEXT COLLATE "C" NOT NULL,
  source_event_at BIGINT NOT NULL,
  position        BIGINT NOT NULL,
  deleted         SMALLINT NOT NULL,
  created_at      BIGINT NOT NULL,
  updated_at      BIGINT NOT NULL,
  change_number   BIGINT NOT NULL,
  changed_at      BIGINT NOT NULL
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
  generation      BIGINT NOT NULL,
  record_key      TEXT COLLATE "C" NOT NULL,
  position        BIGINT NOT NULL,
  source_event_at BIGINT NOT NULL,
  deleted         SMALLINT NOT NULL,
  PRIMARY KEY (generation, record_key, position)
);
INSERT INTO record_events (generation, record_key, position, source_event_at, deleted)
SELECT generation, record_key, position, source_event_at, deleted FROM records WHERE true
ON CONFLICT DO NOTHING;

-- Events that gave a collection nothing to keep, the newest of each collection.
CREATE TABLE skipped_events (
  collection_id TEXT COLLATE "C" NOT NULL,
  position      BIGINT NOT NULL,
  event_id      TEXT COLLATE "C" NOT NULL,
  reason        TEXT COLLATE "C" NOT NULL,
  detail        TEXT COLLATE "C",
  received_at   BIGINT NOT NULL,
  PRIMARY KEY (collection_id, position)
);
CREATE INDEX skipped_events_by_reason ON skipped_events (collection_id, reason, position);
CREATE INDEX skipped_events_by_age ON skipped_events (received_at);
