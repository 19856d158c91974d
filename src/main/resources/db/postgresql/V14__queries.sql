-- Paths that are indexed, for each generation of records. filled_to: the values of records with keys
-- up to here are in it; complete: those of all are. dropped: nobody wants it any more.
CREATE TABLE record_indexes (
  id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  collection_id TEXT COLLATE "C" NOT NULL,
  generation    BIGINT NOT NULL,
  path          TEXT COLLATE "C" NOT NULL,
  filled_to     TEXT COLLATE "C" NOT NULL,
  complete      SMALLINT NOT NULL,
  dropped       SMALLINT NOT NULL
);
CREATE UNIQUE INDEX record_indexes_by_path ON record_indexes (generation, path);
CREATE INDEX record_indexes_by_collection ON record_indexes (collection_id);

-- The value of each visible record at an indexed path, as bytes that compare like the values.
CREATE TABLE record_values (
  index_id   BIGINT NOT NULL,
  sort_key   BYTEA NOT NULL,
  id         TEXT COLLATE "C" NOT NULL,
  record_key TEXT COLLATE "C" NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (index_id, sort_key, id)
);

-- Generations whose texts are indexed: changes of records up to change_number are in it.
CREATE TABLE search_indexes (
  generation    BIGINT PRIMARY KEY,
  collection_id TEXT COLLATE "C" NOT NULL,
  change_number BIGINT NOT NULL
);
CREATE INDEX search_indexes_by_collection ON search_indexes (collection_id);

-- The trigrams of each record, as numbers that mix them with the generation.
CREATE TABLE record_texts (
  generation BIGINT NOT NULL,
  record_key TEXT COLLATE "C" NOT NULL,
  grams      INTEGER[] NOT NULL,
  PRIMARY KEY (generation, record_key)
);
ALTER TABLE record_texts ALTER COLUMN grams SET STATISTICS 0;
CREATE INDEX record_texts_by_gram ON record_texts USING gin (grams);

-- Counts what changes in the list of collections of an environment: one row for each collection, so
-- that writers of different collections do not wait for each other, and one, without a collection,
-- for what is gone and for names of sources. The sum of an environment never falls.
CREATE TABLE list_stamps (
  env_id        TEXT COLLATE "C" NOT NULL,
  collection_id TEXT COLLATE "C" NOT NULL,
  stamp         BIGINT NOT NULL,
  PRIMARY KEY (env_id, collection_id)
);
INSERT INTO list_stamps (env_id, collection_id, stamp) SELECT env_id, id, 1 FROM collections;

CREATE FUNCTION stamp_collections() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO list_stamps (env_id, collection_id, stamp) VALUES (NEW.env_id, NEW.id, 1);
  ELSIF TG_OP = 'UPDATE' THEN
    UPDATE list_stamps SET stamp = stamp + 1 WHERE env_id = NEW.env_id AND collection_id = NEW.id;
  ELSE
    INSERT INTO list_stamps AS s (env_id, collection_id, stamp)
      SELECT env_id, '', stamp + 1 FROM list_stamps
       WHERE env_id = OLD.env_id AND collection_id = OLD.id
      ON CONFLICT (env_id, collection_id) DO UPDATE SET stamp = s.stamp + excluded.stamp;
    DELETE FROM list_stamps WHERE env_id = OLD.env_id AND collection_id = OLD.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER collections_listed AFTER INSERT OR DELETE ON collections
  FOR EACH ROW EXECUTE FUNCTION stamp_collections();
CREATE TRIGGER collections_shown_otherwise AFTER UPDATE OF name, slug, source_id, primary_key_path,
  event_type_field, description, status, record_count, last_sync_at, updated_at, backfill_status,
  backfill_progress, backfill_total, backfill_cursor, backfill_started_at, backfill_completed_at,
  backfill_error ON collections
  FOR EACH ROW EXECUTE FUNCTION stamp_collections();

CREATE FUNCTION stamp_sources() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO list_stamps AS s (env_id, collection_id, stamp) VALUES (OLD.env_id, '', 1)
    ON CONFLICT (env_id, collection_id) DO UPDATE SET stamp = s.stamp + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER sources_renamed AFTER UPDATE OF name OR DELETE ON sources
  FOR EACH ROW EXECUTE FUNCTION stamp_sources();
