-- Feeds: collections with a content type, curated by people. The row is locked by every
-- transaction that changes the feed; revision rises with each, modified_at with each change that
-- readers see.
CREATE TABLE feeds (
  collection_id   TEXT COLLATE "C" PRIMARY KEY,
  org_id          TEXT COLLATE "C" NOT NULL,
  env_id          TEXT COLLATE "C" NOT NULL,
  insert_position TEXT COLLATE "C" NOT NULL,
  when_full       TEXT COLLATE "C" NOT NULL,
  live_max        BIGINT NOT NULL,
  staging_max     BIGINT NOT NULL,
  inbox_count     BIGINT NOT NULL,
  staging_count   BIGINT NOT NULL,
  live_count      BIGINT NOT NULL,
  rejected_count  BIGINT NOT NULL,
  revision        BIGINT NOT NULL,
  created_at      BIGINT NOT NULL,
  modified_at     BIGINT NOT NULL,
  last_item_at    BIGINT
);
CREATE INDEX feeds_newest ON feeds (env_id, modified_at, collection_id);
CREATE INDEX feeds_modified ON feeds (modified_at);

-- What people decided about a record of a feed. list is 0 inbox, 1 staging, 2 live, 3 rejected; the
-- order inside a list is (unpinned, rank, item_id).
CREATE TABLE feed_items (
  collection_id    TEXT COLLATE "C" NOT NULL,
  record_key       TEXT COLLATE "C" NOT NULL,
  item_id          TEXT COLLATE "C" NOT NULL,
  list             BIGINT NOT NULL,
  unpinned         BIGINT NOT NULL,
  rank             BIGINT NOT NULL,
  version          BIGINT NOT NULL,
  edits            TEXT COLLATE "C" NOT NULL,
  list_full        BIGINT NOT NULL,
  note             TEXT COLLATE "C",
  actor_type       TEXT COLLATE "C" NOT NULL,
  actor_id         TEXT COLLATE "C",
  reason           TEXT COLLATE "C",
  created_at       BIGINT NOT NULL,
  modified_at      BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL,
  state_changed_at BIGINT NOT NULL,
  PRIMARY KEY (collection_id, record_key)
);
CREATE UNIQUE INDEX feed_items_by_id ON feed_items (collection_id, item_id);
CREATE INDEX feed_items_in_order ON feed_items (collection_id, list, unpinned, rank, item_id);

-- How bodies were rendered when the server last started; another rendering moves every feed's date.
CREATE TABLE feed_rendering (one SMALLINT PRIMARY KEY CHECK (one = 1), fingerprint TEXT COLLATE "C" NOT NULL);
