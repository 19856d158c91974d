-- Paths that are indexed, for each generation of records. filled_to: the values of records with keys
-- up to here are in it; complete: those of all are. dropped: nobody wants it any more.
CREATE TABLE record_indexes (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  collection_id TEXT NOT NULL,
  generation    INTEGER NOT NULL,
  path          TEXT NOT NULL,
  filled_to     TEXT NOT NULL,
  complete      INTEGER NOT NULL,
  dropped       INTEGER NOT NULL
);
CREATE UNIQUE INDEX record_indexes_by_path ON record_indexes (generation, path);
CREATE INDEX record_indexes_by_collection ON record_indexes (collection_id);

-- The value of each visible record at an indexed path, as bytes that compare like the values.
CREATE TABLE record_values (
  index_id   INTEGER NOT NULL,
  sort_key   BLOB NOT NULL,
  id         TEXT NOT NULL,
  record_key TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (index_id, sort_key, id)
) WITHOUT ROWID;

-- Generations whose texts are indexed: changes of records up to change_number are in it.
CREATE TABLE search_indexes (
  generation    INTEGER PRIMARY KEY,
  collection_id TEXT NOT NULL,
  change_number INTEGER NOT NULL
);
CREATE INDEX search_indexes_by_collection ON search_indexes (collection_id);

-- The trigrams of each record, by its number; the text itself is in the record.
CREATE VIRTUAL TABLE record_texts USING fts5 (
  text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);
-- A segment is not rewritten because some of it was removed: the commits that remove an old
-- generation would each pay for that, and everybody who writes would wait.
INSERT INTO record_texts (record_texts, rank) VALUES ('deletemerge', 0);

-- Counts what changes in the list of collections of an environment: one row for each collection, so
-- that writers of different collections do not wait for each other, and one, without a collection,
-- for what is gone and for names of sources. The sum of an environment never falls.
CREATE TABLE list_stamps (
  env_id        TEXT NOT NULL,
  collection_id TEXT NOT NULL,
  stamp         INTEGER NOT NULL,
  PRIMARY KEY (env_id, collection_id)
) WITHOUT ROWID;
INSERT INTO list_stamps (env_id, collection_id, stamp) SELECT env_id, id, 1 FROM collections;

CREATE TRIGGER collections_listed AFTER INSERT ON collections BEGIN
  INSERT INTO list_stamps (env_id, collection_id, stamp) VALUES (NEW.env_id, NEW.id, 1);
END;
CREATE TRIGGER collections_shown_otherwise AFTER UPDATE OF name, slug, source_id, primary_key_path,
  event_type_field, description, status, record_count, last_sync_at, updated_at, backfill_status,
  backfill_progress, backfill_total, backfill_cursor, backfill_started_at, backfill_completed_at,
  backfill_error ON collections BEGIN
  UPDATE list_stamps SET stamp = stamp + 1 WHERE env_id = NEW.env_id AND collection_id = NEW.id;
END;
CREATE TRIGGER collections_unlisted AFTER DELETE ON collections BEGIN
  INSERT INTO list_stamps (env_id, collection_id, stamp)
    SELECT env_id, '', stamp + 1 FROM list_stamps
     WHERE env_id = OLD.env_id AND collection_id = OLD.id
    ON CONFLICT (env_id, collection_id) DO UPDATE SET stamp = list_stamps.stamp + excluded.stamp;
  DELETE FROM list_stamps WHERE env_id = OLD.env_id AND collection_id = OLD.id;
END;
CREATE TRIGGER sources_renamed AFTER UPDATE OF name ON sources BEGIN
  INSERT INTO list_stamps (env_id, collection_id, stamp) VALUES (NEW.env_id, '', 1)
    ON CONFLICT (env_id, collection_id) DO UPDATE SET stamp = list_stamps.stamp + 1;
END;
CREATE TRIGGER sources_gone AFTER DELETE ON sources BEGIN
  INSERT INTO list_stamps (env_id, collection_id, stamp) VALUES (OLD.env_id, '', 1)
    ON CONFLICT (env_id, collection_id) DO UPDATE SET stamp = list_stamps.stamp + 1;
END;
